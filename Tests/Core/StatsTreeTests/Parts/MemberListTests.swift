import TestSupport
import Testing

@testable import StatsTree

@Suite struct MemberListTests {
  private func placement(_ index: Int) -> Placement {
    Placement(index: index, offset: index * 10, count: 10, token: index)
  }

  @Test("Members come and go in any order, in short lists and long ones", arguments: 0..<9)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let most = [5, 64, 65, 66, 300][Int(seed % 5)]
    var list = MemberList()
    var right: [Int: UInt64] = [:]
    for step in 0..<2000 {
      if right.isEmpty || right.count < most && random.oneIn(2) {
        let index = random.below(2000)
        guard right[index] == nil else { continue }
        list.append(placement(index), MemberList.Memory(isCounted: true, sum: UInt64(step)))
        right[index] = UInt64(step)
      } else if let index = right.keys.randomElement(using: &random) {
        #expect(list.remove(placement(index))?.sum == right.removeValue(forKey: index))
        #expect(list.remove(placement(index)) == nil)
      }
      #expect(list.count == right.count)
      guard step % 20 == 0 else { continue }
      #expect(Set(list.indexes) == Set(right.keys))
      #expect(list.offsets == list.indexes.map { $0 * 10 })
      #expect(list.memories.map(\.sum) == list.indexes.map { right[$0] })
    }
  }
}
