import Statistics
import StatsKnowledge
import StatsTesting
import StatsText
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite("Time that is counted when a wait ends")
struct OngoingTimeTests {
  private let schema = Schema(packing: [
    Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("blocking", .instant, unit: .boolean),
  ])

  /// Returns the texts after two samples, one second apart, of the time waited.
  private func texts(_ waited: [UInt64], isBlocking: UInt64) throws -> (show: String, row: String) {
    let tree = Tree()
    let backing = InMemoryBacking()
    let token = backing.add(.silent)
    try tree.attach(
      "kvm", schema: schema, backing: backing, token: token, provenance: .simulated,
      to: tree.source("kvm/a/vcpu0"))
    let sampler = Sampler(tree)
    for (second, time) in zip((1 as UInt64)..., waited) {
      let window = Window(begin: second * 1_000_000_000, end: second * 1_000_000_000)
      backing.set(token, .words([time, isBlocking], window: window))
      sampler.pass()
    }
    let timestamp = Timestamp(monotonic: 3_000_000_000, realtime: 0)
    var summary = SummaryTable(statistics: ["halt_wait_ns"], meanings: .builtIn)
    let row = summary.result(of: sampler, at: timestamp)
    return (
      ShowText(meanings: .builtIn, showsRates: true).text(of: sampler, at: timestamp),
      row.table.rendering().text
    )
  }

  @Test("A waiting vCPU has a mark instead of 0 %")
  func waits() throws {
    let texts = try texts([5, 5], isBlocking: 1)
    #expect(texts.show.contains("-~"))
    #expect(texts.show.contains(Footnote.ongoing.text))
    #expect(texts.row.contains("-~"))
  }

  @Test("A vCPU that does not wait has 0 %")
  func runs() throws {
    let texts = try texts([5, 5], isBlocking: 0)
    #expect(!texts.show.contains("~"))
    #expect(texts.row.contains("0.0%"))
  }

  @Test("A waiting vCPU whose time was counted has a share")
  func moved() throws {
    let texts = try texts([5, 500_000_005], isBlocking: 1)
    #expect(texts.row.contains("50.0%"))
  }
}
