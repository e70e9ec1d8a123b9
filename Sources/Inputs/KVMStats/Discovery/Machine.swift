import LinuxSystem
import StatsTree

/// A virtual machine that the input knows, and what it holds for it.
final class Machine {
  /// What the numbers of a group are read by, to end it.
  enum Hold {
    case descriptor(Int)
    case thread(Int)
    case memory(Int)
    case textFile(Int)
    case debugFiles(Int)
    case kernelRecord(Int)
    case events(Int)
    /// All groups of one monitor.
    case monitor(Int)
  }

  let source: Source
  /// What its vCPUs are together.
  let aggregated: AggregatedSource
  /// The path of its control group, where that is not the root.
  var controlGroup: String?
  /// The `kvm-vm` descriptor's number in its process: what tells two machines of one apart.
  let descriptor: CInt?
  var holds: [Hold] = []
  /// The numbers of its vCPUs' descriptors in its process.
  var vcpuDescriptors: [Int: CInt] = [:]
  /// What tells it from all other machines of the host, where the kernel told it.
  var identity: UInt64?
  /// The vCPUs, and `whole`, that BPF has been tried for.
  var pinTries: Set<Int> = []
  static let whole = -1
  /// The sources of its vCPUs.
  var vcpus: [Int: Source] = [:]
  /// The ids of statistics by vCPU.
  var ids: [Int: String] = [:]
  /// The vCPUs' threads, as far as the kernel told them.
  var threads: [Int: Int32] = [:]
  /// The vCPUs whose thread is read.
  var threaded: Set<Int> = []
  /// The vCPUs of whose thread events are counted.
  var counted: Set<Int> = []
  /// When to look for the others' threads again, of CLOCK_MONOTONIC.
  var nextThreadSearch: UInt64 = 0
  /// Whether the kvm group of the whole VM is there.
  var hasVMStatistics = false
  /// The vCPUs whose kvm group is there.
  var measured: Set<Int> = []
  /// The groups of the host that it has, or that are known not to be there.
  var hostGroups: Set<String> = []
  /// The number of its monitor, where its numbers come from there.
  var monitor: Int?
  var monitorWasTried = false
  /// Whether the last resorts have been tried.
  var wasCompleted = false

  init(source: Source, descriptor: CInt?, in tree: Tree) {
    self.source = source
    aggregated = AggregatedSource(source, in: tree)
    self.descriptor = descriptor
  }

  /// Whether it may be this one: another machine can have got its descriptor's number.
  func isSeen(as seen: DescriptorScan.Machine) -> Bool {
    descriptor == seen.descriptor
      && (identity == nil || seen.identity == nil || identity == seen.identity)
  }

  /// Holds back the last resorts.
  func waitForBetter() {
    monitorWasTried = true
    wasCompleted = true
  }

  /// Lets what failed be tried once more.
  func mayTryAgain() {
    monitorWasTried = false
    wasCompleted = hasVMStatistics
    pinTries = []
  }
}

/// A process with virtual machines.
final class VMM {
  let facts: VMMInfo
  let descriptor: ProcessDescriptor
  var vms: [Machine] = []
  /// Until when it may still be opening what a better way needs; nil once that is over.
  var settlesAt: UInt64?
  /// Whether it was looked at and the host's view of it may be incomplete.
  var wasScanned = true
  /// The machines that were handed over, by the socket's path.
  var handovers: [String: Machine] = [:]

  init(facts: VMMInfo, descriptor: consuming ProcessDescriptor) {
    self.facts = facts
    self.descriptor = descriptor
  }
}
