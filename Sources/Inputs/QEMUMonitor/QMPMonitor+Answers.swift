import Statistics
import StrictJSON

/// What becomes of the answers.
extension QMPMonitor {
  /// Takes what the monitor did.
  func take(
    _ event: QMPClient.Event, _ window: Window, pass: UInt64
  ) throws(QMPFailure) {
    switch event {
    case .greeted(let version): self.version = version
    case .refused(.name, _), .refused(.identity, _): break
    case .refused(_, .refused(_, "CommandNotFound", _)): failure = .noStatistics
    case .refused(_, let refusal): if failure == nil || failure == .late { failure = refusal }
    case .answered(let command, let payload):
      do throws(JSONFlaw) {
        guard case .statistics(let target) = command else {
          return try take(payload, of: command)
        }
        try measure(target, payload)
        try read(payload, target, window, pass: pass)
      } catch {
        throw .garbage("\(command.name): \(error)")
      }
    }
  }

  private func take(
    _ payload: JSONReader, of command: QMPCommand
  ) throws(JSONFlaw) {
    switch command {
    case .name: name = try Self.text("name", in: payload)
    case .identity:
      let text = try Self.text("UUID", in: payload)
      // What a machine without a UUID says.
      uuid = text.flatMap { $0.allSatisfy { "0-".contains($0) } ? nil : $0 }
    case .schemas:
      described[.vcpu] = try QMPSchema.statistics(of: .vcpu, in: payload)
      described[.vm] = try QMPSchema.statistics(of: .vm, in: payload)
    case .processors: put(try QMPProcessor.all(in: payload))
    case .capabilities, .statistics: break
    }
  }

  /// The text of one member of an object, or nil where it has none.
  private static func text(
    _ wanted: String, in payload: JSONReader
  ) throws(JSONFlaw) -> String? {
    var reader = payload
    var found: String?
    try reader.object { reader, key throws(JSONFlaw) in
      guard reader.matches(key, wanted) else { return try reader.skip() }
      found = try reader.string()
    }
    return found
  }

  private func put(_ list: [QMPProcessor]) {
    hasStrangers = false
    guard list != processors else { return }
    if let schema = processorSchema {
      processorRecords = list.map { processor in
        let old = processors.firstIndex(of: processor)
        return old.map { processorRecords[$0] } ?? QMPRecord(schema)
      }
    }
    processors = list
    topology?.processors = list
    hasChanged = topology != nil
  }

  /// Makes the schema where these are the first values.
  private func measure(
    _ target: QMPCommand.Target, _ payload: JSONReader
  ) throws(JSONFlaw) {
    guard let statistics = described.removeValue(forKey: target), !statistics.isEmpty else {
      return
    }
    let schema = try QMPSchema(statistics, sizes: QMPSchema.sizes(in: payload))
    switch target {
    case .vm:
      machineSchema = schema
      machineRecord = QMPRecord(schema)
    case .vcpu:
      processorSchema = schema
      processorRecords = processors.map { _ in QMPRecord(schema) }
    }
  }

  private func read(
    _ payload: JSONReader, _ target: QMPCommand.Target, _ window: Window, pass: UInt64
  ) throws(JSONFlaw) {
    guard let schema = target == .vm ? machineSchema : processorSchema else { return }
    var evidence: [QMPBucketOrder.Evidence] = []
    let isTurned = order.isTurned
    // QEMU lists its vCPUs from the last to the first, too.
    var position = processors.count
    try QMPEntry.each(in: payload) { entry throws(JSONFlaw) in
      guard entry.isKVM else { return }
      if target == .vm {
        try machineRecord?.take(
          entry.statistics, schema, isTurned: isTurned, window, pass: pass)
        if !order.isVerified { evidence += machineRecord?.evidence(schema) ?? [] }
        return
      }
      guard let path = entry.path else { return }
      position -= 1
      if position < 0 || !entry.statistics.matches(path, processors[position].path) {
        let found = processors.firstIndex { entry.statistics.matches(path, $0.path) }
        guard let found else {
          hasStrangers = true
          position += 1
          return
        }
        position = found
      }
      try processorRecords[position].take(
        entry.statistics, schema, isTurned: isTurned, window, pass: pass)
      if !order.isVerified { evidence += processorRecords[position].evidence(schema) }
    }
    if target == .vcpu, processorRecords.contains(where: { $0.pass != pass }) {
      hasStrangers = true
    }
    if order.judge(evidence) { try read(payload, target, window, pass: pass) }
  }
}
