import Statistics

/// What is known of one QEMU through its monitor; the answers are put in here.
final class QMPMonitor {
  let path: String
  /// What it said of itself, once it was probed.
  var topology: QMPTopology?
  /// Why the last conversation brought nothing; nil after a good one.
  var failure: QMPError?
  var patience: QMPTimeout
  /// The conversation under way.
  var exchange: QMPExchange?
  /// Until when the pass waits for it, or nil where it does not.
  var limit: UInt64?
  /// The last pass that asked for it, and what it asked for.
  private(set) var askedPass: UInt64 = 0
  private var wantsVM = false
  private var wantsVCPUs = false

  var version = ""
  var name: String?
  var uuid: String?
  var vcpus: [QMPVCPU] = []
  /// Described and waiting for the first values, which tell the sizes.
  var described: [QMPCommand.Target: [Statistic]] = [:]
  var vmSchema: QMPSchema?
  var vcpuSchema: QMPSchema?
  var vmRecord: QMPRecord?
  /// In the order of `vcpus`.
  var vcpuRecords: [QMPRecord] = []
  var order = QMPBucketOrder()
  /// Whether vCPUs turned up that the list does not have.
  var hasStrangers = false
  /// Whether its owner has to look at the topology again.
  var hasChanged = false

  init(path: String, longestWait: UInt64) {
    self.path = path
    patience = QMPTimeout(longest: longestWait)
  }

  // MARK: - Questions

  /// Notes that a pass wants the machine's numbers or those of the vCPUs.
  ///
  /// - Returns: whether it is the first time in this pass.
  func ask(pass: UInt64, vcpu: Bool) -> Bool {
    let isFirst = askedPass != pass
    if isFirst {
      askedPass = pass
      wantsVM = false
      wantsVCPUs = false
    }
    if vcpu { wantsVCPUs = true } else { wantsVM = true }
    return isFirst
  }

  /// What a pass has to ask; a query of vCPUs interrupts them in QEMU before 8.1.
  var questions: [QMPCommand] {
    var commands: [QMPCommand] = []
    if hasStrangers { commands.append(.vcpus) }
    if wantsVCPUs { commands.append(.statistics(.vcpu)) }
    if wantsVM { commands.append(.statistics(.vm)) }
    return commands
  }

  /// What a probe asks of a monitor that nothing is known of.
  static let probeQuestions: [QMPCommand] = [
    .name, .identity, .schemas, .vcpus, .statistics(.vcpu), .statistics(.vm),
  ]

  /// Makes the topology of what a probe was told.
  func conclude() throws(QMPError) -> QMPTopology {
    if let failure { throw failure }
    guard vmSchema != nil || vcpuSchema != nil else { throw .noStatistics }
    let topology = QMPTopology(
      version: version, name: name, uuid: uuid, vm: vmSchema?.schema,
      vcpu: vcpuSchema?.schema, vcpus: vcpus)
    self.topology = topology
    hasChanged = false
    return topology
  }

  /// Says that the owner has seen the change.
  func acknowledge() { hasChanged = false }

  // MARK: - Numbers

  /// The last numbers of the machine or a vCPU.
  func record(of vcpu: Int?) -> QMPRecord? {
    guard let vcpu else { return vmRecord }
    return position(of: vcpu).flatMap {
      $0 < vcpuRecords.count ? vcpuRecords[$0] : nil
    }
  }

  private func position(of index: Int) -> Int? {
    // Without gaps in the numbers a vCPU stands at its own.
    if index < vcpus.count, vcpus[index].index == index { return index }
    return vcpus.firstIndex { $0.index == index }
  }
}
