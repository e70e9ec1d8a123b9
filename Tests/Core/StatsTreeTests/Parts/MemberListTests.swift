import TestSupport
import Testing

@testable import StatsTree

@Suite struct MemberListTests {
  private func placement(_ index: Int) -> Placement {
    Placement(index: index, offset: index * 10, count: 10, token: index)
  }

  @Test("Members are added and removed in any order, in short and in long lists", arguments: 0..<9)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let maximumCount = [5, 64, 65, 66, 300][Int(seed % 5)]
    var list = MemberList()
    var expected: [Int: UInt64] = [:]
    for step in 0..<2000 {
      if expected.isEmpty || expected.count < maximumCount && random.oneIn(2) {
        let index = random.below(2000)
        guard expected[index] == nil else { continue }
        list.append(placement(index), MemberList.State(isCounted: true, sum: UInt64(step)))
        expected[index] = UInt64(step)
      } else if let index = expected.keys.randomElement(using: &random) {
        #expect(list.remove(placement(index))?.sum == expected.removeValue(forKey: index))
        #expect(list.remove(placement(index)) == nil)
      }
      #expect(list.count == expected.count)
      guard step % 20 == 0 else { continue }
      #expect(Set(list.indexes) == Set(expected.keys))
      #expect(list.offsets == list.indexes.map { $0 * 10 })
      #expect(list.states.map(\.sum) == list.indexes.map { expected[$0] })
    }
  }
}
