import Statistics

/// What is known of one QEMU through its monitor; the answers are put in here.
final class QMPMonitor {
  let path: String
  /// What it said of itself, once it was probed.
  private(set) var topology: QMPTopology?
  /// Why the last conversation brought nothing; nil after a good one.
  var failure: QMPFailure?
  var patience: QMPPatience
  /// The conversation under way.
  var exchange: QMPExchange?
  /// Until when the pass waits for it, or nil where it does not.
  var limit: UInt64?
  /// The last pass that asked for it, and what it asked for.
  private(set) var askedPass: UInt64 = 0
  private var wantsMachine = false
  private var wantsProcessors = false

  private var version = ""
  private var name: String?
  private var uuid: String?
  private var processors: [QMPProcessor] = []
  /// Described and waiting for the first values, which tell the sizes.
  private var described: [QMPCommand.Target: [Statistic]] = [:]
  private var machineSchema: QMPSchema?
  private var processorSchema: QMPSchema?
  private var machineRecord: QMPRecord?
  /// In the order of `processors`.
  private var processorRecords: [QMPRecord] = []
  private var order = QMPBucketOrder()
  /// Whether vCPUs turned up that the list does not have.
  private var hasStrangers = false
  /// Whether its owner has to look at the topology again.
  private(set) var hasChanged = false

  init(path: String, longestWait: UInt64) {
    self.path = path
    patience = QMPPatience(longest: longestWait)
  }

  // MARK: - Questions

  /// Notes that a pass wants the machine's numbers or those of the vCPUs.
  ///
  /// - Returns: whether it is the first time in this pass.
  func ask(pass: UInt64, processor: Bool) -> Bool {
    let isFirst = askedPass != pass
    if isFirst {
      askedPass = pass
      wantsMachine = false
      wantsProcessors = false
    }
    if processor { wantsProcessors = true } else { wantsMachine = true }
    return isFirst
  }

  /// What a pass has to ask; a query of vCPUs interrupts them in QEMU before 8.1.
  var questions: [QMPCommand] {
    var commands: [QMPCommand] = []
    if hasStrangers { commands.append(.processors) }
    if wantsProcessors { commands.append(.statistics(.vcpu)) }
    if wantsMachine { commands.append(.statistics(.vm)) }
    return commands
  }

  /// What a probe asks of a monitor that nothing is known of.
  static let probeQuestions: [QMPCommand] = [
    .name, .identity, .schemas, .processors, .statistics(.vcpu), .statistics(.vm),
  ]

  /// Makes the topology of what a probe was told.
  func conclude() throws(QMPFailure) -> QMPTopology {
    if let failure { throw failure }
    guard machineSchema != nil || processorSchema != nil else { throw .noStatistics }
    let topology = QMPTopology(
      version: version, name: name, uuid: uuid, machine: machineSchema?.schema,
      processor: processorSchema?.schema, processors: processors)
    self.topology = topology
    hasChanged = false
    return topology
  }

  /// Says that the owner has seen the change.
  func acknowledge() { hasChanged = false }

  // MARK: - Answers

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

  // MARK: - Numbers

  /// Whether the order of the buckets is known from the numbers, and if so whether it is reversed.
  var bucketOrder: QMPBucketOrder { order }

  /// Whether its vCPUs can be told; before the first probe they cannot.
  func has(processor index: Int?) -> Bool {
    index.map { position(of: $0) != nil } ?? (machineRecord != nil)
  }

  /// The last numbers of the machine or a vCPU.
  func record(of processor: Int?) -> QMPRecord? {
    guard let processor else { return machineRecord }
    return position(of: processor).flatMap {
      $0 < processorRecords.count ? processorRecords[$0] : nil
    }
  }

  private func position(of index: Int) -> Int? {
    // Without gaps in the numbers a vCPU stands at its own.
    if index < processors.count, processors[index].index == index { return index }
    return processors.firstIndex { $0.index == index }
  }
}
