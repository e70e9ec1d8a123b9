import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import Testing

/// The conformance suite itself detects faults.
@Suite struct BackingConformanceTests {
  private static let schema = Schema(packing: [
    Statistic("count", .cumulative), Statistic("level", .instant),
  ])

  /// A backing with one fault.
  private final class FaultyBacking: Backing {
    enum Fault: String, CaseIterable {
      case none, forgets, keepsOldPlacements, fallsBack, oldWindow, swaps, failsNeighbours
    }

    let fault: Fault
    private var old: [Placement] = []
    private var count: UInt64 = 1000

    init(_ fault: Fault) { self.fault = fault }

    func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
      if old.isEmpty || old.count != placements.count { old = placements }
      count = fault == .fallsBack ? count - 1 : count
      for (index, placement) in placements.enumerated() {
        if fault == .forgets, index == placements.count - 1, index > 0 { continue }
        let target = fault == .keepsOldPlacements ? old[index] : placement
        let source = fault == .swaps ? placements[placements.count - 1 - index] : placement
        let begin = fault == .oldWindow ? 1 : monotonicNanoseconds()
        let value = count + UInt64(source.token)
        if placement.token == 9 {
          snapshot.fail(placement, .gone)
          if fault == .failsNeighbours, index > 0 { snapshot.fail(placements[index - 1], .gone) }
          continue
        }
        snapshot.fill(target) { record in
          record[0] = value
          record[1] = 5
        }
        snapshot.finish(target, Window(begin: begin, end: monotonicNanoseconds()))
      }
    }
  }

  @Test(
    "Each fault is detected, and a backing without a fault passes",
    arguments: FaultyBacking.Fault.allCases)
  private func faults(fault: FaultyBacking.Fault) {
    let members = [0, 1, 2, 9].map {
      BackingConformance.Member(token: $0, schema: Self.schema, works: $0 != 9)
    }
    let violations = BackingConformance(
      FaultyBacking(fault), members: members,
      expected: { fault == .fallsBack ? nil : [1000 + UInt64($0), 5] }
    ).run()
    #expect(violations.isEmpty == (fault == .none), "\(violations)")
    let words =
      switch fault {
      case .none: ""
      case .forgets: "neither finished nor failed"
      case .keepsOldPlacements: "the record of another backing was written"
      case .fallsBack: "fell"
      case .oldWindow: "outside of the pass"
      case .swaps: "is not"
      case .failsNeighbours: "should be up"
      }
    #expect(fault == .none || violations.contains { $0.contains(words) }, "\(violations)")
  }

  @Test("The backing in memory conforms")
  func inMemory() {
    let backing = InMemoryBacking()
    var members: [BackingConformance.Member] = []
    for number in 0..<10 {
      let works = number != 3 && number != 7
      let token = backing.add(
        works ? .words([UInt64(number), 7]) : .fails(number == 3 ? .gone : .denied(code: 5)))
      members.append(.init(token: token, schema: Self.schema, works: works))
    }
    let violations = BackingConformance(
      backing, members: members, expected: { [UInt64($0), 7] }
    ).run()
    #expect(violations == [])
  }
}
