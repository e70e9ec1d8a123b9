import StatsFS
import Testing

@testable import FUSE

@Suite struct NodeTableTests {
  @Test("A value keeps its number until it is forgotten, and numbers are never reused")
  func numbers() {
    var table = NodeTable(root: "")
    let first = table.lookUp("a")
    #expect(first != NodeTable<String>.root && table.lookUp("a") == first)
    #expect(table[first] == "a" && table.node(of: "a") == first && table.count == 2)
    #expect(table.forget(first, lookups: 1) == nil)
    #expect(table.forget(first, lookups: 1) == "a")
    #expect(table[first] == nil && table.node(of: "a") == nil)
    #expect(table.lookUp("a") > first)
  }

  @Test("The root is never forgotten")
  func root() {
    var table = NodeTable(root: "")
    #expect(table.lookUp("") == 1)
    #expect(table.forget(1, lookups: .max) == nil)
    #expect(table.retire("") == nil)
    #expect(table[1] == "" && table.node(of: "") == 1)
  }

  @Test("Forgetting too many lookups or an unknown node is harmless")
  func excess() {
    var table = NodeTable(root: "")
    let node = table.lookUp("a")
    #expect(table.forget(node, lookups: .max) == "a")
    #expect(table.forget(node, lookups: 1) == nil && table.forget(77, lookups: 0) == nil)
    #expect(table.count == 1)
  }

  @Test("A retired value keeps its node, and an equal value gets a new one")
  func retired() {
    var table = NodeTable(root: "")
    let old = table.lookUp("a")
    #expect(table.retire("a") == old && table.retire("a") == nil)
    let new = table.lookUp("a")
    #expect(new != old && table[old] == "a" && table[new] == "a")
    #expect(table.forget(old, lookups: 1) == "a")
    #expect(table.node(of: "a") == new)
  }
}
