import Statistics
import StatsFormats
import StatsTerminal
import StatsTree

/// Yields the numbers that a test sets.
final class Numbers: Backing {
  var words: [Int: [UInt64]] = [:]
  var failures: [Int: Status] = [:]
  var time: UInt64 = 1_000_000_000

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    for placement in placements {
      if let status = failures[placement.token] {
        // What is stale keeps its last numbers without a word of the backing.
        if status.word != "stale" { snapshot.fail(placement, status) }
        continue
      }
      guard let values = words[placement.token] else { continue }
      snapshot.fill(placement) { record in
        for index in values.indices { record[index] = values[index] }
      }
      snapshot.finish(placement, Window(begin: time, end: time))
    }
  }
}

/// A host with VMs of all states, whose numbers move on by a rule.
struct TopExample {
  let tree = Tree()
  let numbers = Numbers()
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

  /// VMs with two vCPUs each, and one that the system refuses.
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
            group, schema: schema, backing: numbers, token: token, provenance: .pidfd, to: vcpu)
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
      refused.remarks = ["needs CAP_SYS_PTRACE"]
    }
    sampler = Sampler(tree)
    top = Top(TopModel(sampler), intervalText: "1s")
    move()
    sampler.pass()
    top.take(at: moment)
  }

  /// A CPU, a control group that a quota stops, and two sources of a program.
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
    for (index, (name, schema, source)) in places.enumerated() {
      try tree.attach(
        name, schema: schema, backing: numbers, token: 1000 + index, provenance: .memory,
        to: source)
    }
    others = true
  }

  private var others = false

  private func moveOthers() {
    numbers.words[1000] = [seconds * 250_000_000, seconds * 750_000_000]
    numbers.words[1001] = [seconds * 40_000]
    numbers.words[1002] = [1, seconds * 120, seconds * 1_500_000]
    numbers.words[1003] = [0, 0, 0]
  }

  /// 2026-11-21T05:06:08Z and the seconds since the start.
  var moment: Timestamp {
    Timestamp(
      monotonic: seconds * 1_000_000_000,
      realtime: 1_795_237_568_000_000_000 + seconds * 1_000_000_000)
  }

  /// Takes samples, a second apart.
  mutating func pass(_ count: Int = 1) {
    for _ in 0..<count {
      seconds += 1
      move()
      sampler.pass()
      top.take(at: moment)
    }
  }

  private func move() {
    numbers.time = seconds * 1_000_000_000
    if others { moveOthers() }
    for token in vcpus {
      let pace = UInt64(token / 2 + 1)
      let now = seconds
      if token % 2 == 0 {
        let waits = now * pace * 10
        numbers.words[token] =
          [now * pace * 1000, now * pace * 250, waits, now * pace * 50_000_000]
          + [0, 0, waits / 2, 0, 0, waits / 4, 0, 0, 0, 0, 0, waits / 4, pace % 2, .max]
      } else {
        // A wave, so that there is something to see in the graphs.
        let wave = (now * now % 7) * 5_000_000
        numbers.words[token] = [now * pace * 100_000_000 + wave, now * pace * 7_000_000]
      }
    }
  }

  mutating func press(_ keys: [Key]) -> [TopRequest] {
    keys.compactMap { top.take($0, at: moment.monotonic) }
  }

  mutating func press(_ text: String) { _ = press(text.map { Key.character($0) }) }

  mutating func frame(_ columns: Int = 80, _ rows: Int = 24) -> Frame {
    top.frame(columns: columns, rows: rows, at: moment, clock: "05:06:11")
  }
}
