import Testing

@testable import StatsTree

@Suite struct ChangeLogTests {
  private let source = Source(name: "a", created: 0, state: TreeState(), fields: nil)

  /// Returns a log of a number of changes; the first change has the number 2.
  private func log(_ count: Int) -> ChangeLog {
    var log = ChangeLog()
    for number in 0..<count {
      let kind: Change.Kind = number % 2 == 0 ? .sourceJoined : .sourceLeft
      log.append(Change(kind: kind, source: source, group: nil), UInt64(number + 2))
    }
    return log
  }

  @Test(
    "The log returns the changes after a generation, or nil if some were discarded",
    arguments: [0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 12288, 12289, 20000])
  func since(count: Int) {
    let log = log(count)
    let last = UInt64(count + 1)
    #expect(log.since(last)?.count == 0)
    #expect(log.since(last + 1) == nil, "a future generation")
    // The last 4,096 changes are always kept, more than twice as many never.
    for back in [1, 2, 100, 4095, 4096] where back <= count {
      let changes = log.since(last - UInt64(back))
      #expect(changes?.count == back)
      #expect(changes?.last?.kind == (count % 2 == 1 ? .sourceJoined : .sourceLeft))
    }
    if count > 2 * ChangeLog.capacity {
      #expect(log.since(last - UInt64(2 * ChangeLog.capacity) - 1) == nil)
      #expect(log.since(1) == nil)
    } else {
      #expect(log.since(1)?.count == count)
    }
  }

  @Test("Every number has its own change, also after old changes were discarded")
  func order() {
    var log = ChangeLog()
    for number in 2...20_000 as ClosedRange<UInt64> {
      let kind: Change.Kind = number % 3 == 0 ? .rearranged : .sourceJoined
      log.append(Change(kind: kind, source: source, group: nil), number)
      guard number % 97 == 0 || (8190...8196).contains(number) else { continue }
      let back = min(number - 1, 4000)
      guard let changes = log.since(number - back) else {
        Issue.record("unknown \(back) before \(number)")
        continue
      }
      for (index, change) in changes.enumerated() {
        let own = number - back + 1 + UInt64(index)
        #expect(change.kind == (own % 3 == 0 ? .rearranged : .sourceJoined))
      }
    }
  }

  @Test("An emptied log has no changes and continues to count")
  func removeAll() {
    var log = log(10)
    log.removeAll()
    #expect(log.since(10) == nil)
    #expect(log.since(11)?.count == 0)
    log.append(Change(kind: .sourceJoined, source: source, group: nil), 12)
    #expect(log.since(11)?.count == 1)
  }
}
