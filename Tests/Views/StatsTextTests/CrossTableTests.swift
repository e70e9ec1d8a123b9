import TestSupport
import Testing

@testable import StatsText

@Suite("Tables of statistics and sources")
struct CrossTableTests {
  private func table(sources: Int, statistics: Int) -> CrossTable {
    var table = CrossTable(sources: (0..<sources).map { "kvm/web1/vcpu\($0)" })
    for index in 0..<statistics {
      table.append("s\(index)", Array(repeating: "\(index)", count: sources), hidesZeros: true)
    }
    return table
  }

  @Test("Statistics are rows if all sources fit side by side")
  func fits() {
    let table = table(sources: 2, statistics: 3)
    #expect(table.zeroCount == 1)
    #expect(
      table.text(width: 40, indent: 1).text == """
         kvm/web1/...  vcpu0  vcpu1
         s1                1      1
         s2                2      2

        """)
  }

  @Test("Sources are rows if the table then has fewer parts")
  func transposed() {
    let lines = table(sources: 30, statistics: 3).text(width: 40, indent: 0).lines
    #expect(lines.count == 1 + 30 + 1)
    #expect(lines[0] == "kvm/web1/...  s1  s2")
    #expect(lines[1] == "vcpu0          1   2")
  }

  @Test("A table that does not fit is split by sources")
  func split() {
    let text = table(sources: 4, statistics: 30).text(width: 30, indent: 0)
    #expect(text.lines[0] == "kvm/web1/...  vcpu0  vcpu1")
    #expect(text.lines.count { $0.hasPrefix("s29 ") } == 2)
    #expect(text.lines.allSatisfy { $0.count <= 30 })
  }

  @Test(
    "The common prefix of all paths is shown once",
    arguments: [
      (["kvm/a/vcpu0"], "kvm/a/vcpu0"), (["kvm", "kvm/a"], "kvm"), (["a/b", "a/c"], "a/..."),
      (["a/b/c", "a/b"], "a/..."),
    ])
  func commonStart(paths: [String], title: String) {
    var table = CrossTable(sources: paths)
    table.append("x", paths.map { _ in "1" }, hidesZeros: false)
    #expect(table.text(width: 80, indent: 0).lines[0].contains(title))
  }
}
