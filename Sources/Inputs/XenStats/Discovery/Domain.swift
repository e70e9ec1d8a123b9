import LinuxSystem
import StatsTree

/// A domain that the input knows, and what it holds for it.
final class Domain {
  /// What the numbers of a group are read by, to end it.
  enum Hold {
    case domain(Int)
    case vcpu(Int)
    case runstate(Int)
    case table(Int)
  }

  let number: UInt32
  let source: Source
  /// What its vCPUs are together.
  let aggregated: AggregatedSource
  var holds: [Hold] = []
  /// Its statistics table, where there is one that is read.
  var table: DomainTable?
  /// The sources of its vCPUs, by their number.
  var vcpus: [Source] = []
  /// As it was listed last.
  private(set) var info: XenDomainInfo

  /// A reading may be behind an earlier one by as much as a vCPU runs between two of its changes.
  private static let toleratedFall: UInt64 = 1_000_000_000

  init(_ info: XenDomainInfo, source: Source, in tree: Tree) {
    number = info.domain
    self.info = info
    self.source = source
    aggregated = AggregatedSource(source, in: tree)
  }

  /// Whether what is listed now under its number is another domain.
  func isReplaced(by new: XenDomainInfo) -> Bool {
    if !info.identity.isNone, new.identity != info.identity { return true }
    // A domain keeps its vCPUs and what they ran for as long as it lives.
    return new.vcpuCount < info.vcpuCount
      || new.runNanoseconds < info.runNanoseconds
        && info.runNanoseconds - new.runNanoseconds > Self.toleratedFall
  }

  /// Takes note of how it is now.
  func update(_ new: XenDomainInfo) {
    info = new
  }
}
