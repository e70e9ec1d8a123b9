import Statistics
import StatsFormats
import StatsTesting
import StatsTree
import TestSupport

/// A VM with four vCPUs and their aggregates.
///
/// After `passWithTroubles()` one vCPU is stale, one is denied, and one has departed.
struct AggregateExample {
  let tree = Tree()
  let backing = InMemoryBacking()
  let sampler: Sampler
  let timestamp = Timestamp(monotonic: 2_500_000_000, realtime: 1_795_237_571_000_000_042)
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

  /// Returns the record of a vCPU at a second; vCPU 1 waits all the time.
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
        "kvm", schema: Self.schema, backing: backing, token: backing.add(.silent),
        provenance: vcpu == 0 ? .qmp : .pidfd, to: source
      ).family
    }
    if let family { try tree.aggregate(family, as: "vcpus.kvm", over: guest) }
    tree.assignRolesByPath()
    sampler = Sampler(tree, Selection(parts: parts))
    pass(second: 1)
  }

  private func pass(second: UInt64) {
    for vcpu in 0..<4 {
      let begin = second * 1_000_000_000 + UInt64(vcpu) * 100
      backing.set(
        vcpu,
        .words(
          Self.words(UInt64(vcpu), second: second),
          window: Window(begin: begin, end: begin + 200)))
    }
    sampler.pass()
  }

  /// Samples again one second later.
  func passAgain() {
    pass(second: 2)
  }

  /// Samples twice more, with a stale, a denied and a departed member.
  func passWithTroubles() {
    if let last = guest.child("vcpu3") { tree.remove(last) }
    pass(second: 2)
    backing.set(0, .silent)
    backing.set(2, .fails(.denied(code: 13)))
    let window = Window(begin: 3_000_000_000, end: 3_000_000_200)
    backing.set(1, .words(Self.words(1, second: 3), window: window))
    sampler.pass()
  }
}
