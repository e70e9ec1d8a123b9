public import LinuxSystem
import Statistics
public import StatsChecks

/// Checks the rules of a Xen statistics table, even if the table is in use or contains arbitrary
/// bytes.
///
/// Of the rules in `XenTableRule`, X1 to X10 check the layout, X11 to X16 the protocol of updates,
/// X17 to X26 the values. Two snapshots of the table, separated by a pause, show changes.
public struct XenTableCheck: ~Copyable {
  /// The memory to check, or why there is none.
  private enum Memory: ~Copyable {
    case mapped(Mapping)
    case failed(XenTableError)
  }

  let kind: XenTableKind
  /// The permitted difference of sums of times, in nanoseconds.
  let epsilon: UInt64
  private let count: Int?
  private let memory: Memory
  var list: FindingList<XenTableRule>

  /// Creates a check of mapped memory; `count` is the number of slots, if the table does not
  /// contain this number.
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

  /// Creates a check of an open file, even if another process might truncate the file at any time.
  public init(
    _ descriptor: borrowing Descriptor, of kind: XenTableKind = .vcpus, object: String,
    count: Int? = nil, epsilon: UInt64 = 1_000
  ) {
    do throws(XenTableError) {
      memory = .mapped(try Mapping(sharing: descriptor))
    } catch {
      memory = .failed(error)
    }
    self.kind = kind
    self.count = count
    self.epsilon = epsilon
    list = FindingList(object: object)
  }

  /// Runs all checks that the state of the table permits.
  ///
  /// - Parameters:
  ///   - active: The slots of the vCPUs for which a change of state is possible (X14); `nil` if
  ///     unknown.
  ///   - timeout: The maximum time to wait for the end of an update that is open in both snapshots,
  ///     in nanoseconds.
  ///   - pause: Called between the two snapshots.
  /// - Returns: One finding per rule.
  public consuming func run(
    active: Set<Int>? = nil, timeout: UInt64 = 200_000_000,
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
    do throws(XenTableError) {
      let (current, second) = try takeSnapshot()
      guard current == header else {
        list.check(
          .constantHeader, current.mark?.generation != header.mark?.generation,
          "the header changed")
        return list.findings
      }
      list.check(.constantHeader, true, "")
      let change = XenTableChange(header: header, first: first, second: second)
      checkProtocol(change, active: active, open: openSlots(change, timeout))
      checkFields(change)
      checkTimes(change)
    } catch {
      list.check(.constantHeader, false, "after the pause: \(error)")
    }
    return list.findings
  }

  /// The slots whose sequence is odd and does not change within the timeout.
  private func openSlots(_ change: XenTableChange, _ timeout: UInt64) -> Set<Int> {
    let open = change.slots.filter { index in
      let sequence = change.first.after[index]
      return !sequence.isMultiple(of: 2) && change.second.after[index] == sequence
        && !change.second.isUnused(index)
    }
    if open.isEmpty { return [] }
    sleepNanoseconds(timeout)
    switch memory {
    case .failed:
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
    case .failed(let error):
      throw error
    case .mapped(let mapping):
      let header = try XenTableHeader(validating: mapping, kind: kind, count: count)
      let maximum = XenTableSnapshot.maximumByteCount
      guard mapping.byteCount <= maximum else {
        throw .field(.byteCount, value: mapping.byteCount, rule: "at most \(maximum) for a check")
      }
      let slots = XenTableSnapshot.maximumSlotCount
      guard header.layout.count <= slots else {
        throw .field(.count, value: header.layout.count, rule: "at most \(slots) for a check")
      }
      let snapshot = XenTableSnapshot(of: mapping, header: header)
      guard !mapping.isBroken else { throw .shrunk }
      return (header, snapshot)
    }
  }
}

/// Two snapshots of a table with the same header.
struct XenTableChange {
  let header: XenTableHeader
  let first: XenTableSnapshot
  let second: XenTableSnapshot

  var slots: Range<Int> { 0..<header.layout.count }

  /// Whether a slot was not updated from before the first snapshot until after the second.
  func isQuiet(_ index: Int) -> Bool {
    first.isStable(index) && second.isStable(index) && first.after[index] == second.before[index]
  }
}
