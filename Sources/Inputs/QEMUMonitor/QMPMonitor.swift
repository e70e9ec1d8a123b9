import Statistics

/// What is known of one QEMU through its monitor; the answers are put in here.
final class QMPMonitor {
  let path: String
  /// What it said of itself, once it was probed.
  var topology: QMPTopology?
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

  var version = ""
  var name: String?
  var uuid: String?
  var processors: [QMPProcessor] = []
  /// Described and waiting for the first values, which tell the sizes.
  var described: [QMPCommand.Target: [Statistic]] = [:]
  var machineSchema: QMPSchema?
  var processorSchema: QMPSchema?
  var machineRecord: QMPRecord?
  /// In the order of `processors`.
  var processorRecords: [QMPRecord] = []
  var order = QMPBucketOrder()
  /// Whether vCPUs turned up that the list does not have.
  var hasStrangers = false
  /// Whether its owner has to look at the topology again.
  var hasChanged = false

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

  // MARK: - Numbers

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
