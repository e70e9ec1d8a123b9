import Statistics
import StatsText
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite("Time that is counted when it is over")
struct PendingTests {
  private let schema = Schema(packing: [
    Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("blocking", .instant, unit: .boolean),
  ])

  /// Two samples a second apart: the time waited, and whether the vCPU waits now.
  private func texts(_ waited: [UInt64], isBlocking: UInt64) throws -> (show: String, row: String) {
    let tree = Tree()
    let numbers = RecordsInTurn(waited.map { [$0, isBlocking] })
    try tree.attach(
      "kvm", schema: schema, backing: numbers, token: 0, provenance: .simulated,
      to: tree.source("kvm/a/vcpu0"))
    let sampler = Sampler(tree)
    sampler.pass()
    sampler.pass()
    let moment = Timestamp(monotonic: 3_000_000_000, realtime: 0)
    var summary = SummaryTable(statistics: ["halt_wait_ns"])
    let row = summary.result(of: sampler, at: moment)
    return (
      ShowText(showsRates: true).text(of: sampler, at: moment), row.table.rendering().text
    )
  }

  @Test("A vCPU that waits is not said to wait 0 %")
  func waits() throws {
    let texts = try texts([5, 5], isBlocking: 1)
    #expect(texts.show.contains("-~"))
    #expect(texts.show.contains(Note.pending.text))
    #expect(texts.row.contains("-~"))
  }

  @Test("One that does not wait is")
  func runs() throws {
    let texts = try texts([5, 5], isBlocking: 0)
    #expect(!texts.show.contains("~"))
    #expect(texts.row.contains("0.0%"))
  }

  @Test("One whose time came has it")
  func moved() throws {
    let texts = try texts([5, 500_000_005], isBlocking: 1)
    #expect(texts.row.contains("50.0%"))
  }
}

/// Records in turn, a second apart.
private final class RecordsInTurn: Backing {
  private var records: [[UInt64]]
  private var second: UInt64 = 0

  init(_ records: [[UInt64]]) {
    self.records = records
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let words = records.removeFirst()
    second += 1_000_000_000
    for placement in placements {
      snapshot.fill(placement) { record in
        for index in record.indices { record[index] = words[index] }
      }
      snapshot.finish(placement, Window(begin: second, end: second))
    }
  }
}
