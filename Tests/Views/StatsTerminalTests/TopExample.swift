import Statistics
import StatsFormats
import StatsKnowledge
import StatsTerminal
import StatsTesting
import StatsTree
import TestSupport

/// A host with VMs in all states; the values are functions of time.
struct TopExample {
  let tree = Tree()
  let backing = InMemoryBacking()
  /// The statuses of failing groups by token; they override the values of later passes.
  var failures: [Int: Status] = [:]
  var top: Top
  private let sampler: Sampler
  private(set) var seconds: UInt64 = 1
  private var vcpus: [Int] = []

  static let vcpu = Schema(packing: [
    Statistic("exits", .cumulative),
    Statistic("io_exits", .cumulative),
    Statistic("halt_exits", .cumulative),
    Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("halt_wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 12),
    Statistic("blocking", .instant, unit: .boolean),
    Statistic("not_now", .cumulative),
  ])
  static let sched = Schema(packing: [
    Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano),
    Statistic("run_delay_ns", .cumulative, unit: .seconds, scale: .nano),
  ])

  /// Creates VMs with two vCPUs each, and a denied VM.
  init(vms: [String] = ["web1", "db 数据库", "evil\u{1b}[2J\n"], withRefused: Bool = true) throws {
    let kvm = tree.source("kvm")
    var token = 0
    var families: [Family] = []
    for name in vms {
      let vm = try tree.add(name, below: kvm, labels: ["pid": "\(100 + token)"])
      for index in 0..<2 {
        let vcpu = try tree.add("vcpu\(index)", below: vm)
        for (group, schema) in [("kvm", Self.vcpu), ("sched", Self.sched)] {
          let made = try tree.attach(
            group, schema: schema, backing: backing, token: backing.add(.silent),
            provenance: .pidfd, to: vcpu)
          if families.count < 2 { families.append(made.family) }
          vcpus.append(token)
          token += 1
        }
      }
      for family in families {
        try tree.aggregate(family, as: "vcpus.\(family.name)", over: vm)
      }
    }
    if withRefused {
      let refused = try tree.add("refused", below: kvm)
      refused.status = .denied(code: 1)
      refused.diagnose("access", "needs CAP_SYS_PTRACE")
    }
    tree.assignRolesByPath()
    sampler = Sampler(tree)
    top = Top(TopModel(sampler, meanings: .builtIn), intervalText: "1s")
    move()
    sampler.pass()
    top.recordSample(at: timestamp)
  }

  /// Adds a CPU, a control group that its quota throttles, and two published sources.
  mutating func addOthers() throws {
    let time = Schema(packing: [
      Statistic("user", .cumulative, unit: .seconds, scale: .nano),
      Statistic("idle", .cumulative, unit: .seconds, scale: .nano),
    ])
    let quota = Schema(packing: [
      Statistic("throttled_usec", .cumulative, unit: .seconds, scale: .micro)
    ])
    let requests = Schema(packing: [
      Statistic("phase", .state, states: ["starting", "serving"]),
      Statistic("served", .cumulative, meaning: "requests that got an answer"),
      Statistic("received", .cumulative, unit: .bytes),
    ])
    let shop = tree.source("app/shop")
    let places: [(String, Schema, Source)] = [
      ("time", time, try tree.add("cpu0", below: tree.source("host"))),
      ("cpu", quota, try tree.add("machine.slice", below: tree.source("cgroup"))),
      ("requests", requests, try tree.add("worker0", below: shop)),
      ("requests", requests, try tree.add("worker1", below: shop)),
    ]
    for (name, schema, source) in places {
      let token = backing.add(.silent)
      try tree.attach(
        name, schema: schema, backing: backing, token: token, provenance: .memory, to: source)
      others.append(token)
    }
    tree.assignRolesByPath()
  }

  private var others: [Int] = []

  private func moveOthers() {
    let words = [
      [seconds * 250_000_000, seconds * 750_000_000], [seconds * 40_000],
      [1, seconds * 120, seconds * 1_500_000], [0, 0, 0],
    ]
    for (token, words) in zip(others, words) { backing.set(token, .words(words)) }
  }

  /// 2026-11-21T05:06:08Z plus `seconds`.
  var timestamp: Timestamp {
    Timestamp(
      monotonic: seconds * 1_000_000_000,
      realtime: 1_795_237_568_000_000_000 + seconds * 1_000_000_000)
  }

  /// Samples `count` times, one second apart.
  mutating func pass(_ count: Int = 1) {
    for _ in 0..<count {
      seconds += 1
      move()
      sampler.pass()
      top.recordSample(at: timestamp)
    }
  }

  private func move() {
    let time = seconds * 1_000_000_000
    backing.window = Window(begin: time, end: time)
    moveOthers()
    for token in vcpus {
      let pace = UInt64(token / 2 + 1)
      let now = seconds
      if token % 2 == 0 {
        let waits = now * pace * 10
        let words =
          [now * pace * 1000, now * pace * 250, waits, now * pace * 50_000_000]
          + [0, 0, waits / 2, 0, 0, waits / 4, 0, 0, 0, 0, 0, waits / 4, pace % 2, .max]
        backing.set(token, .words(words))
      } else {
        // A wave, so that the graphs have different bars.
        let wave = (now * now % 7) * 5_000_000
        backing.set(
          token, .words([now * pace * 100_000_000 + wave, now * pace * 7_000_000]))
      }
    }
    for (token, status) in failures {
      // A stale group keeps its last values without an action of the backing.
      backing.set(token, status.word == "stale" ? .silent : .fails(status))
    }
  }

  mutating func press(_ keys: [Key]) -> [TopRequest] {
    keys.compactMap { top.press($0, at: timestamp.monotonic) }
  }

  mutating func press(_ text: String) { _ = press(text.map { Key.character($0) }) }

  mutating func frame(_ columns: Int = 80, _ rows: Int = 24) -> Frame {
    top.frame(columns: columns, rows: rows, at: timestamp, clock: "05:06:11")
  }
}
