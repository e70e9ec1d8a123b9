import Statistics

/// Stores the state of one QEMU monitor: its topology, its last values and the current exchange.
final class QMPMonitor {
  let path: String
  /// The result of the last successful probe.
  var topology: QMPTopology?
  /// The error of the last exchange; nil if it succeeded.
  var error: QMPError?
  var timeout: QMPTimeout
  /// The exchange that is in progress; nil if there is none.
  var exchange: QMPExchange?
  /// The time until which the pass waits for the exchange; nil if the pass does not wait.
  var deadline: UInt64?
  /// The last pass (a sampling of all groups) that requested values.
  ///
  /// `wantsVM` and `wantsVCPUs` say which values.
  private(set) var requestedPass: UInt64 = 0
  private var wantsVM = false
  private var wantsVCPUs = false

  var version = ""
  var name: String?
  var uuid: String?
  var vcpus: [QMPVCPU] = []
  /// The descriptions of the statistics of a target, until its first values arrive.
  ///
  /// The values show the sizes of arrays.
  var described: [QMPCommand.Target: [Statistic]] = [:]
  var vmSchema: QMPSchema?
  var vcpuSchema: QMPSchema?
  var vmRecord: QMPRecord?
  /// The records (the last values) of the vCPUs, in the order of `vcpus`.
  var vcpuRecords: [QMPRecord] = []
  var order = QMPBucketOrder()
  /// Whether the last answer contained other vCPUs than `vcpus`.
  var isVCPUListStale = false
  /// Whether the list of vCPUs changed since the owner read the topology.
  var hasChanged = false

  init(path: String, timeoutNanoseconds: UInt64) {
    self.path = path
    timeout = QMPTimeout(maximumNanoseconds: timeoutNanoseconds)
  }

  // MARK: - Commands

  /// Records that a pass requests the values of the VM, or the values of the vCPUs.
  ///
  /// - Returns: `true` for the first request of the pass.
  func request(pass: UInt64, vcpu: Bool) -> Bool {
    let isFirst = requestedPass != pass
    if isFirst {
      requestedPass = pass
      wantsVM = false
      wantsVCPUs = false
    }
    if vcpu { wantsVCPUs = true } else { wantsVM = true }
    return isFirst
  }

  /// The commands for the values that the pass requested.
  ///
  /// Targets that were not requested are omitted, because before QEMU 8.1 a query of vCPUs
  /// interrupts the vCPUs.
  var commands: [QMPCommand] {
    var commands: [QMPCommand] = []
    if isVCPUListStale { commands.append(.vcpus) }
    if wantsVCPUs { commands.append(.statistics(.vcpu)) }
    if wantsVM { commands.append(.statistics(.vm)) }
    return commands
  }

  /// The commands of a probe.
  static let probeCommands: [QMPCommand] = [
    .name, .identity, .schemas, .vcpus, .statistics(.vcpu), .statistics(.vm),
  ]

  /// Creates the topology from the answers to a probe.
  func finishProbe() throws(QMPError) -> QMPTopology {
    if let error { throw error }
    guard vmSchema != nil || vcpuSchema != nil else { throw .noStatistics }
    let topology = QMPTopology(
      version: version, name: name, uuid: uuid, vm: vmSchema?.schema,
      vcpu: vcpuSchema?.schema, vcpus: vcpus)
    self.topology = topology
    hasChanged = false
    return topology
  }

  /// Records that the owner has read the changed topology.
  func acknowledgeChange() { hasChanged = false }

  // MARK: - Values

  /// Returns the last values of the VM or of a vCPU.
  func record(of vcpu: Int?) -> QMPRecord? {
    guard let vcpu else { return vmRecord }
    return position(of: vcpu).flatMap {
      $0 < vcpuRecords.count ? vcpuRecords[$0] : nil
    }
  }

  private func position(of index: Int) -> Int? {
    // If the indices have no gaps, a vCPU is at the position of its index.
    if index < vcpus.count, vcpus[index].index == index { return index }
    return vcpus.firstIndex { $0.index == index }
  }
}
