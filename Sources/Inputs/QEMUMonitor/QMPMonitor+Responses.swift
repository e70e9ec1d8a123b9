import Statistics
import StrictJSON

extension QMPMonitor {
  /// Updates the state according to an event of the exchange.
  func process(
    _ event: QMPClient.Event, _ window: Window, pass: UInt64
  ) throws(QMPError) {
    switch event {
    case .greeted(let version): self.version = version
    case .failed(.name, _), .failed(.identity, _): break
    case .failed(_, .refused(_, "CommandNotFound", _)): error = .noStatistics
    case .failed(_, let failure): if error == nil || error == .late { error = failure }
    case .returned(let command, let payload):
      do throws(JSONError) {
        guard case .statistics(let target) = command else {
          return try parse(payload, of: command)
        }
        try createSchema(target, payload)
        try readValues(payload, target, window, pass: pass)
      } catch {
        throw .garbage("\(command.name): \(error)")
      }
    }
  }

  private func parse(
    _ payload: JSONReader, of command: QMPCommand
  ) throws(JSONError) {
    switch command {
    case .name: name = try Self.text("name", in: payload)
    case .identity:
      let text = try Self.text("UUID", in: payload)
      // If a VM has no UUID, QEMU reports a UUID that has only zeros.
      uuid = text.flatMap { $0.allSatisfy { "0-".contains($0) } ? nil : $0 }
    case .schemas:
      described[.vcpu] = try QMPSchema.statistics(of: .vcpu, in: payload)
      described[.vm] = try QMPSchema.statistics(of: .vm, in: payload)
    case .vcpus: setVCPUs(try QMPVCPU.all(in: payload))
    case .capabilities, .statistics: break
    }
  }

  /// Returns the text of a member of an object, or nil if there is none.
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

  /// Replaces the list of vCPUs.
  ///
  /// Keeps the records (the last values) of the vCPUs that remain.
  private func setVCPUs(_ list: [QMPVCPU]) {
    isVCPUListStale = false
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

  /// Creates the schema of a target (the VM or its vCPUs) when the first values of the target
  /// arrive.
  private func createSchema(
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

  /// Reads the values of a target into the records.
  private func readValues(
    _ payload: JSONReader, _ target: QMPCommand.Target, _ window: Window, pass: UInt64
  ) throws(JSONError) {
    guard let schema = target == .vm ? vmSchema : vcpuSchema else { return }
    var evidence: [QMPBucketOrder.Evidence] = []
    let isReversed = order.isReversed
    // QEMU also lists the vCPUs from the last to the first.
    var position = vcpus.count
    try QMPEntry.each(in: payload) { entry throws(JSONError) in
      guard entry.isKVM else { return }
      if target == .vm {
        try vmRecord?.update(
          entry.statistics, schema, isReversed: isReversed, window, pass: pass)
        if !order.isVerified { evidence += vmRecord?.evidence(schema) ?? [] }
        return
      }
      guard let path = entry.path else { return }
      position -= 1
      if position < 0 || !entry.statistics.matches(path, vcpus[position].path) {
        let found = vcpus.firstIndex { entry.statistics.matches(path, $0.path) }
        guard let found else {
          isVCPUListStale = true
          position += 1
          return
        }
        position = found
      }
      try vcpuRecords[position].update(
        entry.statistics, schema, isReversed: isReversed, window, pass: pass)
      if !order.isVerified { evidence += vcpuRecords[position].evidence(schema) }
    }
    if target == .vcpu, vcpuRecords.contains(where: { $0.pass != pass }) {
      isVCPUListStale = true
    }
    if order.record(evidence) { try readValues(payload, target, window, pass: pass) }
  }
}
