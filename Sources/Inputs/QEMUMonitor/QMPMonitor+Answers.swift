import Statistics
import StrictJSON

/// What becomes of the answers.
extension QMPMonitor {
  /// Takes what the monitor did.
  func take(
    _ event: QMPClient.Event, _ window: Window, pass: UInt64
  ) throws(QMPError) {
    switch event {
    case .greeted(let version): self.version = version
    case .refused(.name, _), .refused(.identity, _): break
    case .refused(_, .refused(_, "CommandNotFound", _)): failure = .noStatistics
    case .refused(_, let refusal): if failure == nil || failure == .late { failure = refusal }
    case .answered(let command, let payload):
      do throws(JSONError) {
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
  ) throws(JSONError) {
    switch command {
    case .name: name = try Self.text("name", in: payload)
    case .identity:
      let text = try Self.text("UUID", in: payload)
      // What a machine without a UUID says.
      uuid = text.flatMap { $0.allSatisfy { "0-".contains($0) } ? nil : $0 }
    case .schemas:
      described[.vcpu] = try QMPSchema.statistics(of: .vcpu, in: payload)
      described[.vm] = try QMPSchema.statistics(of: .vm, in: payload)
    case .vcpus: put(try QMPVCPU.all(in: payload))
    case .capabilities, .statistics: break
    }
  }

  /// The text of one member of an object, or nil where it has none.
  private static func text(
    _ wanted: String, in payload: JSONReader
  ) throws(JSONError) -> String? {
    var reader = payload
    var found: String?
    try reader.object { reader, key throws(JSONError) in
      guard reader.matches(key, wanted) else { return try reader.skip() }
      found = try reader.string()
    }
    return found
  }

  private func put(_ list: [QMPVCPU]) {
    hasStrangers = false
    guard list != vcpus else { return }
    if let schema = vcpuSchema {
      vcpuRecords = list.map { vcpu in
        let old = vcpus.firstIndex(of: vcpu)
        return old.map { vcpuRecords[$0] } ?? QMPRecord(schema)
      }
    }
    vcpus = list
    topology?.vcpus = list
    hasChanged = topology != nil
  }

  /// Makes the schema where these are the first values.
  private func measure(
    _ target: QMPCommand.Target, _ payload: JSONReader
  ) throws(JSONError) {
    guard let statistics = described.removeValue(forKey: target), !statistics.isEmpty else {
      return
    }
    let schema = try QMPSchema(statistics, sizes: QMPSchema.sizes(in: payload))
    switch target {
    case .vm:
      vmSchema = schema
      vmRecord = QMPRecord(schema)
    case .vcpu:
      vcpuSchema = schema
      vcpuRecords = vcpus.map { _ in QMPRecord(schema) }
    }
  }

  private func read(
    _ payload: JSONReader, _ target: QMPCommand.Target, _ window: Window, pass: UInt64
  ) throws(JSONError) {
    guard let schema = target == .vm ? vmSchema : vcpuSchema else { return }
    var evidence: [QMPBucketOrder.Evidence] = []
    let isTurned = order.isTurned
    // QEMU lists its vCPUs from the last to the first, too.
    var position = vcpus.count
    try QMPEntry.each(in: payload) { entry throws(JSONError) in
      guard entry.isKVM else { return }
      if target == .vm {
        try vmRecord?.take(
          entry.statistics, schema, isTurned: isTurned, window, pass: pass)
        if !order.isVerified { evidence += vmRecord?.evidence(schema) ?? [] }
        return
      }
      guard let path = entry.path else { return }
      position -= 1
      if position < 0 || !entry.statistics.matches(path, vcpus[position].path) {
        let found = vcpus.firstIndex { entry.statistics.matches(path, $0.path) }
        guard let found else {
          hasStrangers = true
          position += 1
          return
        }
        position = found
      }
      try vcpuRecords[position].take(
        entry.statistics, schema, isTurned: isTurned, window, pass: pass)
      if !order.isVerified { evidence += vcpuRecords[position].evidence(schema) }
    }
    if target == .vcpu, vcpuRecords.contains(where: { $0.pass != pass }) {
      hasStrangers = true
    }
    if order.judge(evidence) { try read(payload, target, window, pass: pass) }
  }
}
