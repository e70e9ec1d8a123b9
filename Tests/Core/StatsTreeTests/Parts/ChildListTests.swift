import TestSupport
import Testing

@testable import StatsTree

@Suite struct ChildListTests {
  private let state = TreeState()

  private func source(_ name: String) -> Source {
    Source(name: name, created: 0, state: state, fields: nil)
  }

  @Test(
    "Children are found by name and listed in order after random additions and removals",
    arguments: 0..<12)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var list = ChildList()
    var expected: [Source] = []
    let maximumCount = [3, 9, 40, 400][Int(seed % 4)]
    for step in 0..<1500 {
      // Phases of growth and of decline, so that empty elements outnumber members at times.
      if expected.isEmpty
        || expected.count < maximumCount && !random.oneIn(step / 300 % 2 == 0 ? 4 : 2)
      {
        let child = source("c\(step)")
        list.append(child)
        expected.append(child)
      } else {
        let child = expected.remove(at: random.below(expected.count))
        list.remove(child)
        #expect(list.find(child.name) == nil)
      }
      #expect(list.count == expected.count && list.isEmpty == expected.isEmpty)
      if let child = expected.randomElement(using: &random) {
        #expect(list.find(child.name) === child)
      }
      guard step % 50 == 0 else { continue }
      #expect(list.all.map(ObjectIdentifier.init) == expected.map(ObjectIdentifier.init))
      for child in expected { #expect(list.find(child.name) === child) }
      #expect(list.find("nobody") == nil)
    }
  }

  @Test(
    "A removed name is free, and a new child with this name is found", arguments: [1, 7, 8, 9, 100])
  func again(count: Int) {
    var list = ChildList()
    let children = (0..<count).map { source("c\($0)") }
    for child in children { list.append(child) }
    for _ in 0..<200 {
      guard let first = list.all.first else { break }
      list.remove(first)
      let made = source(first.name)
      list.append(made)
      #expect(list.find(first.name) === made)
      #expect(list.all.last === made)
      #expect(list.count == count)
    }
  }

  @Test("All children can be removed and others added")
  func empty() {
    var list = ChildList()
    for round in 0..<5 {
      let children = (0..<1000).map { source("\(round)-\($0)") }
      for child in children { list.append(child) }
      for child in round % 2 == 0 ? children : children.reversed() { list.remove(child) }
      #expect(list.isEmpty && list.all.isEmpty)
      #expect(list.find("\(round)-0") == nil)
    }
  }
}
