public import LinuxSystem
public import Statistics

/// Checks the rules of a Xen statistics table, which may be in use or be any bytes at all.
///
/// X1 to X10 look at the layout, X11 to X16 at how it is written, X17 to X26 at the numbers. What is
/// written is seen in two snapshots of the table, a pause apart.
public struct XenTableCheck: ~Copyable {
  /// Where the bytes come from.
  private enum Memory: ~Copyable {
    case mapped(Mapping)
    /// A file that may get shorter: it is copied.
    case file(Descriptor)
    case flaw(XenTableFlaw)
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

  /// Will check an open file, without trust in its length.
  public init(
    _ descriptor: consuming Descriptor, of kind: XenTableKind = .vcpus, object: String,
    count: Int? = nil, epsilon: UInt64 = 1_000
  ) {
    if MemoryFile.isSizeSealed(descriptor) {
      do throws(XenTableFlaw) {
        memory = .mapped(try Mapping(sharing: descriptor))
      } catch {
        memory = .flaw(error)
      }
    } else {
      memory = .file(descriptor)
    }
    self.kind = kind
    self.count = count
    self.epsilon = epsilon
    list = FindingList(object: object)
  }

  /// Runs all checks that the table lets be run.
  ///
  /// - Parameters:
  ///   - active: the slots whose vCPUs may do anything at all, where the caller knows it (X14).
  ///   - pause: what happens between the two snapshots; the default waits for 10 ms.
  public consuming func run(
    active: Set<Int>? = nil, pause: () -> Void = { sleepNanoseconds(10_000_000) }
  ) -> [Finding] {
    let (header, first): (XenTableHeader, XenTableSnapshot)
    do throws(XenTableFlaw) {
      (header, first) = try takeSnapshot()
    } catch {
      checkHeader(error)
      return list.findings
    }
    checkHeader(nil)
    checkPadding(header, first)
    pause()
    let rule = "the header stays, or the generation changes"
    do throws(XenTableFlaw) {
      let (now, second) = try takeSnapshot()
      guard now == header else {
        list.check("X11", rule, now.mark?.generation != header.mark?.generation, "it changed")
        return list.findings
      }
      list.check("X11", rule, true, "")
      check(XenTableChange(header: header, first: first, second: second), active: active)
    } catch {
      list.check("X11", rule, false, "now \(error)")
    }
    return list.findings
  }

  private mutating func check(_ change: XenTableChange, active: Set<Int>?) {
    checkProtocol(change, active: active)
    checkFields(change)
    checkTimes(change)
  }

  // MARK: - Snapshots

  private func takeSnapshot() throws(XenTableFlaw) -> (XenTableHeader, XenTableSnapshot) {
    switch memory {
    case .flaw(let flaw):
      throw flaw
    case .mapped(let mapping):
      let header = try header(of: mapping)
      let snapshot = XenTableSnapshot(
        of: mapping, later: mapping, isCopy: false, header: header)
      return (header, snapshot)
    case .file(let descriptor):
      // What is written during a copy may be torn in it: the next copy tells.
      let copy = try Mapping(copying: descriptor)
      let header = try header(of: copy)
      let later = try Mapping(copying: descriptor)
      try header.layout.validate(in: later.byteCount)
      let snapshot = XenTableSnapshot(of: copy, later: later, isCopy: true, header: header)
      return (header, snapshot)
    }
  }

  private func header(of mapping: borrowing Mapping) throws(XenTableFlaw) -> XenTableHeader {
    let header = try XenTableHeader(validating: mapping, kind: kind, count: count)
    let most = Mapping.largestTableCopy
    guard mapping.byteCount <= most else {
      throw .field(.byteCount, value: mapping.byteCount, rule: "at most \(most) to be checked")
    }
    let slots = XenTableSnapshot.largestCount
    guard header.layout.count <= slots else {
      throw .field(.count, value: header.layout.count, rule: "at most \(slots) to be checked")
    }
    return header
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
