import Statistics
import StatsTree
import Testing

@testable import conformance_example

@Suite struct ExampleTests {
  @Test("The example of the documentation conforms to both suites")
  func conforms() {
    #expect(Conformance.checkAlone() == [])
    #expect(Conformance.checkInTree() == [])
  }

  @Test("The example reads records in memory in place")
  func ports() throws {
    let (tree, ports, port) = (Tree(), portRecords(), Port())
    let source = try tree.add("port0")
    let group = try ports.attach("port", port, to: source, in: tree)
    port.receive()
    let sampler = Sampler(tree)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first)
    let values = ports.schema.statistics.map { sampler.value($0, of: entry) }
    #expect(values == [1, 0, 0, 21])
    ports.remove(group.token)
    sampler.pass()
    #expect(sampler.status(of: entry) == .gone)
  }
}
