// A publisher or a reader for tests to read, stop and kill.
//
//   table-holder publish DIRECTORY NAME [--tables DIRECTORY] [--heartbeat MILLISECONDS]
//     [--pause NANOSECONDS]
//   table-holder read SOCKET
//
// Writes `ready` when readers can find the table, or when the reader has enabled its groups. It
// publishes, and updates at full speed, the groups of Tests/TableMatrix/publisher.c and these:
//
//   relaxed   part_a + part_b = total in each update, but words are consistent individually
//   spins     a counter, on demand
//   pairs     left + right = total in each sample, on demand
//
// It ends with its parent process.
import Glibc
import LinuxSystem
import SharedTable
import Statistics

func fail(_ reason: String, status: CInt) -> Never {
  try? Descriptor.standardError().write(Array("table-holder: \(reason)\n".utf8))
  exit(status)
}

func printLine(_ line: String) throws {
  try Descriptor.standardOutput().write(Array("\(line)\n".utf8))
}

/// The records of the table, on the writer's side.
struct HeldTable {
  static let counters = Schema(
    packing: (0..<12).map { Statistic("counter\($0)", .cumulative) })
  static let balance = Schema(
    packing: ["part_a", "part_b", "part_c", "total"].map { Statistic($0, .cumulative) })
  static let sums = Schema(
    packing: ["part_a", "part_b", "total"].map { Statistic($0, .cumulative) })
  static let pairs = Schema(
    packing: ["left", "right", "total"].map { Statistic($0, .cumulative, cost: .heavy) })

  let publisher: Publisher
  let shop: PublishedSource
  let counters: [PublishedCounter]
  let balances: [Record]
  let relaxed: Record
  let spins: Record
  let spin: PublishedCounter?
  let pairs: Record

  init(_ publication: Publication) throws {
    publisher = try Publisher(publication)
    shop = try publisher.addSource("shop", labels: ["left": "0", "right": "0"])
    let worker = try publisher.addSource("worker", below: shop, keys: ["cpu": "3"])
    let requests = try publisher.addRecord("requests", schema: Self.counters, to: shop)
    counters = Self.counters.statistics.compactMap { requests.counter($0.name) }
    balances = [
      try publisher.addRecord(
        "balance", schema: Self.balance, to: worker, consistency: .latched),
      try publisher.addRecord(
        "balance-16", schema: Self.balance, to: worker, consistency: .latched(copies: 16)),
    ]
    relaxed = try publisher.addRecord("relaxed", schema: Self.sums, to: worker)
    let spinning = Schema(packing: [Statistic("spins", .cumulative, cost: .heavy)])
    spins = try publisher.addRecord("spins", schema: spinning, to: worker)
    spin = spins.counter("spins")
    pairs = try publisher.addRecord(
      "pairs", schema: Self.pairs, to: worker, consistency: .latched)
    update(1)
  }

  func update(_ round: UInt64) {
    let square = round &* round
    let total = round &+ 3 &* round &+ square
    for balance in balances {
      balance.replace(
        [round, 3 &* round, square, total], window: Window(begin: round, end: total))
    }
    relaxed.replace([round, square, round &+ square])
    for counter in counters { counter.bump() }
    if spins.isWatched { spin?.bump() }
    if pairs.isWatched { pairs.replace([round, square, round &+ square]) }
  }
}

func publish(_ arguments: [String]) throws -> Never {
  guard arguments.count >= 2 else { fail("publish DIRECTORY NAME", status: 2) }
  var publication = Publication(name: arguments[1], directory: arguments[0])
  var pause: UInt64 = 0
  var options = arguments.dropFirst(2)
  while let option = options.popFirst() {
    guard let value = options.popFirst() else { fail("missing value for '\(option)'", status: 2) }
    switch option {
    case "--tables": publication.tableDirectory = value
    case "--heartbeat": publication.heartbeatIntervalNanoseconds = (UInt64(value) ?? 0) * 1_000_000
    case "--pause": pause = UInt64(value) ?? 0
    default: fail("unknown option '\(option)'", status: 2)
    }
  }
  let table = try HeldTable(publication)
  let parent = getppid()
  try printLine("ready")
  var round: UInt64 = 1
  while true {
    round += 1
    table.update(round)
    if round.isMultiple(of: 64) {
      try table.publisher.setLabels(["left": "\(round)", "right": "\(round)"], of: table.shop)
      if getppid() != parent { exit(0) }
    }
    if pause > 0 { sleepNanoseconds(pause) }
  }
}

func read(_ socket: String) throws -> Never {
  let reader = try Reader.connect(to: socket, timeoutMilliseconds: 30_000)
  let parent = getppid()
  try reader.enable(reader.groups.filter(\.isOnDemand))
  try printLine("ready")
  while getppid() == parent {
    _ = reader.waitForChange(milliseconds: 100)
    reader.refresh()
  }
  exit(0)
}

do {
  let arguments = CommandLine.arguments.dropFirst()
  switch arguments.first {
  case "publish": try publish(Array(arguments.dropFirst()))
  case "read" where arguments.count == 2: try read(arguments[arguments.endIndex - 1])
  default: fail("publish DIRECTORY NAME, or read SOCKET", status: 2)
  }
} catch {
  fail("\(error)", status: 1)
}
