public import LinuxSystem
import Statistics
public import StatsChecks

/// Checks the rules of a Xen statistics table, which may be in use or be any bytes at all.
///
/// X1 to X10 look at the layout, X11 to X16 at how it is written, X17 to X26 at the numbers. What is
/// written is seen in two snapshots of the table, a pause apart.
public struct XenTableCheck: ~Copyable {
  /// Where the bytes come from.
  private enum Memory: ~Copyable {
    case mapped(Mapping)
    case flaw(XenTableError)
  }

  let kind: XenTableKind
  /// The nanoseconds by which sums of times may differ.
  let epsilon: UInt64
  private let count: Int?
  private let memory: Memory
  var list: FindingList

  /// Will check mapped memory; `count` is the number of slots where the table does not say it.
  public init(
    _ mapping: consuming Mapping, of kind: XenTableKind = .vcpus, object: String,
    count: Int? = nil, epsilon: UInt64 = 1_000
  ) {
    memory = .mapped(mapping)
    self.kind = kind
    self.count = count
    self.epsilon = epsilon
    list = FindingList(object: object)
  }

  /// Will check an open file, which may get shorter at any time.
  public init(
    _ descriptor: borrowing Descriptor, of kind: XenTableKind = .vcpus, object: String,
    count: Int? = nil, epsilon: UInt64 = 1_000
  ) {
    do throws(XenTableError) {
      memory = .mapped(try Mapping(sharing: descriptor))
    } catch {
      memory = .flaw(error)
    }
    self.kind = kind
    self.count = count
    self.epsilon = epsilon
    list = FindingList(object: object)
  }

  /// Runs all checks that the table lets be run.
  ///
  /// The two snapshots are taken before and after `pause`. `active` are the slots whose vCPUs may
  /// do anything at all, where the caller knows it (X14). An update that is open in both is given
  /// `patience` nanoseconds more to end.
  public consuming func run(
    active: Set<Int>? = nil, patience: UInt64 = 200_000_000,
    pause: () -> Void = { sleepNanoseconds(10_000_000) }
  ) -> [Finding] {
    let (header, first): (XenTableHeader, XenTableSnapshot)
    do throws(XenTableError) {
      (header, first) = try takeSnapshot()
    } catch {
      checkHeader(error)
      return list.findings
    }
    checkHeader(nil)
    checkPadding(header, first)
    pause()
    let rule = "the header stays, or the generation changes"
    do throws(XenTableError) {
      let (now, second) = try takeSnapshot()
      guard now == header else {
        list.check("X11", rule, now.mark?.generation != header.mark?.generation, "it changed")
        return list.findings
      }
      list.check("X11", rule, true, "")
      let change = XenTableChange(header: header, first: first, second: second)
      checkProtocol(change, active: active, open: openSlots(change, patience))
      checkFields(change)
      checkTimes(change)
    } catch {
      list.check("X11", rule, false, "now \(error)")
    }
    return list.findings
  }

  /// The slots whose sequence is odd and does not change.
  private func openSlots(_ change: XenTableChange, _ patience: UInt64) -> Set<Int> {
    let open = change.slots.filter { index in
      let sequence = change.first.after[index]
      return !sequence.isMultiple(of: 2) && change.second.after[index] == sequence
        && !change.second.isUnused(index)
    }
    if open.isEmpty { return [] }
    sleepNanoseconds(patience)
    switch memory {
    case .flaw:
      return []
    case .mapped(let mapping):
      return Set(open).filter { index in
        let start = change.header.layout.offset(ofEntry: index)
        return mapping.loadAcquiring(UInt32.self, at: start) == change.second.after[index]
      }
    }
  }

  // MARK: - Snapshots

  private func takeSnapshot() throws(XenTableError) -> (XenTableHeader, XenTableSnapshot) {
    switch memory {
    case .flaw(let flaw):
      throw flaw
    case .mapped(let mapping):
      let header = try XenTableHeader(validating: mapping, kind: kind, count: count)
      let most = XenTableSnapshot.largestByteCount
      guard mapping.byteCount <= most else {
        throw .field(.byteCount, value: mapping.byteCount, rule: "at most \(most) to be checked")
      }
      let slots = XenTableSnapshot.largestCount
      guard header.layout.count <= slots else {
        throw .field(.count, value: header.layout.count, rule: "at most \(slots) to be checked")
      }
      let snapshot = XenTableSnapshot(of: mapping, header: header)
      guard !mapping.isBroken else { throw .shrunk }
      return (header, snapshot)
    }
  }
}

/// Two snapshots of a table whose header has not changed between them.
struct XenTableChange {
  let header: XenTableHeader
  let first: XenTableSnapshot
  let second: XenTableSnapshot

  var slots: Range<Int> { 0..<header.layout.count }

  /// Whether a slot has had no update from before the first to behind the second snapshot.
  func isQuiet(_ index: Int) -> Bool {
    first.isStable(index) && second.isStable(index) && first.after[index] == second.before[index]
  }
}
