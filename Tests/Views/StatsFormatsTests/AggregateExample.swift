import Statistics
import StatsFormats
import StatsTree

/// A guest with four vCPUs and their aggregates; of the second pass on one vCPU does not answer,
/// one is refused, and one has left.
struct AggregateExample {
  let tree = Tree()
  let numbers = Numbers()
  let sampler: Sampler
  let moment = Timestamp(monotonic: 2_500_000_000, realtime: 1_795_237_571_000_000_042)
  private let guest: Source

  static let schema = Schema(packing: [
    Statistic("exits", .cumulative),
    Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 5),
    Statistic("blocking", .instant, unit: .boolean),
    Statistic("mode", .state, states: ["running", "halted"]),
    Statistic("level", .instant, unit: .bytes),
    Statistic("deepest", .peak),
    Statistic("odd", .unknown(9)),
  ])

  /// A record; the second vCPU waits, the others come and go.
  static func words(_ vcpu: UInt64, second: UInt64) -> [UInt64] {
    let waited = vcpu == 1 ? 5 : second * (900_000_000 + vcpu)
    return [
      100 * (vcpu + 1) * second, waited, 1, 0, vcpu, 2 * second, 0, vcpu == 1 ? 1 : 0,
      vcpu == 2 ? 7 : vcpu % 2, 1000 * (vcpu + 1), 10 - vcpu, vcpu,
    ]
  }

  init(parts: Selection.Parts = .all) throws {
    guest = try tree.add("web1", below: tree.source("kvm"), keys: ["vm": "web1"])
    var family: Family?
    for vcpu in 0..<4 {
      let source = try tree.add("vcpu\(vcpu)", below: guest, keys: ["vcpu": "\(vcpu)"])
      family = try tree.attach(
        "kvm", schema: Self.schema, backing: numbers, token: vcpu,
        provenance: vcpu == 0 ? .qmp : .pidfd, to: source
      ).family
    }
    if let family { try tree.aggregate(family, as: "vcpus.kvm", over: guest) }
    sampler = Sampler(tree, Selection(parts: parts))
    pass(second: 1)
  }

  private func pass(second: UInt64) {
    for vcpu in 0..<4 {
      let begin = second * 1_000_000_000 + UInt64(vcpu) * 100
      numbers.records[vcpu] = .init(
        words: Self.words(UInt64(vcpu), second: second),
        window: Window(begin: begin, end: begin + 200))
    }
    sampler.pass()
  }

  /// A second later.
  func passAgain() {
    pass(second: 2)
  }

  /// A second later, with members in trouble.
  func passWithTroubles() {
    if let last = guest.child("vcpu3") { tree.remove(last) }
    pass(second: 2)
    numbers.records[0]?.status = .stale(since: 0)
    numbers.records[2]?.status = .denied(code: 13)
    numbers.records[1] = .init(
      words: Self.words(1, second: 3), window: Window(begin: 3_000_000_000, end: 3_000_000_200))
    sampler.pass()
  }
}
