import Statistics
import StatsFormats
import StatsTesting
import StatsTree
import TestSupport

/// A small host: a VM with two vCPUs, a denied VM and a CPU.
struct Example {
  let tree = Tree()
  let backing = InMemoryBacking()
  let sampler: Sampler
  /// 2026-11-21T05:06:11.000000042Z, 3 s after the start of CLOCK_MONOTONIC.
  let timestamp = Timestamp(monotonic: 3_000_000_000, realtime: 1_795_237_571_000_000_042)

  static let vcpu = Schema(packing: [
    Statistic("exits", .cumulative),
    Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 5),
    Statistic("odd_hist", .linearHistogram, unit: .bytes, size: 3, bucketSize: 100),
    Statistic("blocking", .instant, unit: .boolean),
    Statistic("mode", .state, states: ["off", "on \"x\""]),
    Statistic("level", .instant),
    Statistic("exits", .instant),
    Statistic("future", .unknown(9), unit: .unknown(7), size: 2),
    Statistic("not_now", .cumulative),
    Statistic("memory", .peak, unit: .bytes, scale: Scale(base: .two, exponent: 10)),
    Statistic("tiny", .instant, unit: .seconds, scale: Scale(base: .two, exponent: -40)),
    Statistic("zero", .cumulative),
  ])

  static let first: [UInt64] =
    [100, 1_000_000_000, 1, 0, 2, 0, 1, 0, 0, 0, 1, 1]
    + [UInt64(bitPattern: -5), 7, 1, 2, .max, 3, 9, 0]
  static let second: [UInt64] =
    [350, 1_975_000_345, 1, 1, 2, 3, 2, 4, 0, 1, 0, 5]
    + [UInt64(bitPattern: -5), 1 << 60, 1, 2, .max, 3, 9, 0]

  init() throws {
    let vm = Schema(packing: [
      Statistic("max_mmu_rmap_size", .peak), Statistic("remote_tlb_flush", .cumulative),
    ])
    let cpu = Schema(packing: [Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano)])
    let web1 = tree.source("kvm").path
    let kvm = tree.source(web1)
    let guest = try tree.add("web1", below: kvm, keys: ["vm": "web1"], labels: ["uuid": "a-b"])
    let refused = try tree.add("b\"a,d\n\\é", below: kvm)
    refused.status = .denied(code: 1)
    refused.diagnose("access", "needs CAP_SYS_PTRACE")
    let one = try tree.add("vcpu0", below: guest, keys: ["vcpu": "0"])
    let two = try tree.add("vcpu1", below: guest, keys: ["vcpu": "1"])
    let three = try tree.add("cpu3", below: tree.source("host"), keys: ["cpu": "3"])
    let groups: [(String, Schema, Source)] = [
      ("kvm", vm, guest), ("kvm", Self.vcpu, one), ("kvm", Self.vcpu, two), ("sched", cpu, three),
    ]
    backing.window = Window(begin: 1_000_000_000, end: 1_000_000_200)
    let behaviours: [InMemoryBacking.Behaviour] = [
      .words([4, 1 << 53 + 1]), .words(Self.first), .words(Self.first),
      .fails(.denied(code: 13)),
    ]
    for ((name, schema, source), behaviour) in zip(groups, behaviours) {
      try tree.attach(
        name, schema: schema, backing: backing, token: backing.add(behaviour),
        provenance: .pidfd, to: source)
    }
    tree.assignRolesByPath()
    sampler = Sampler(tree)
    sampler.pass()
  }

  /// Samples again one second later; vcpu1 is stale.
  func passAgain() {
    backing.window = Window(begin: 2_000_000_000, end: 2_000_000_200)
    backing.set(0, .words([4, 1 << 53 + 11]))
    backing.set(1, .words(Self.second))
    backing.set(2, .silent)
    sampler.pass()
  }
}
