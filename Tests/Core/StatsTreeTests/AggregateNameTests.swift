import Statistics
import StatsTree
import Testing

@Suite struct AggregateNameTests {
  @Test("An aggregate with the name and schema of its members is not one of them")
  func name() throws {
    let tree = Tree()
    let schema = Schema(packing: [Statistic("exits", .cumulative)])
    let backing = MemoryBacking()
    let guest = tree.source("kvm/a")
    var family: Family?
    for index in 0..<3 {
      family = try tree.attach(
        "kvm", schema: schema, backing: backing, token: index, provenance: .simulated,
        to: tree.source("kvm/a/vcpu\(index)")
      ).family
    }
    let members = try #require(family)
    let sampler = Sampler(tree)
    sampler.pass()
    let group = try tree.aggregate(members, as: "kvm", over: guest)
    sampler.pass()
    let entry = try #require(sampler.plan.entries.first { $0.group === group })
    #expect(sampler.members(of: entry)?.count == 3)
    #expect(Sampler(tree).plan.entries.count == 4)
  }
}
