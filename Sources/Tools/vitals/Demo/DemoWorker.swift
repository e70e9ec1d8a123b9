import SharedTable
import Statistics

/// Simulates a worker of the demo program, and publishes the statistics of this worker.
final class DemoWorker {
  private let number: UInt64
  private let lock: Record
  private let served: PublishedCounter?
  private let failed: PublishedCounter?
  private let queue: PublishedLevel?
  private let deepest: PublishedLevel?
  private let phase: PublishedLevel?
  private let latency: PublishedHistogram?
  private let spins: PublishedCounter?
  private let held: PublishedHistogram?
  private var random: UInt64

  init(
    _ publisher: Publisher, _ source: PublishedSource, number: UInt64
  ) throws(TableError) {
    self.number = number
    random = number &* 0x9e37_79b9_7f4a_7c15 | 1
    let requests = try publisher.addRecord("requests", schema: Self.requestSchema, to: source)
    // The statistics of this group are expensive (`heavy`), so they are counted only while a reader
    // requests the group.
    lock = try publisher.addRecord("lock", schema: Self.lockSchema, to: source)
    served = requests.counter("served")
    failed = requests.counter("failed")
    queue = requests.level("queue")
    deepest = requests.level("deepest")
    phase = requests.level("phase")
    latency = requests.histogram("latency_hist")
    spins = lock.counter("spins")
    held = lock.histogram("held_hist")
  }

  private static let requestSchema = Schema(packing: [
    Statistic(
      "phase", .state, states: ["starting", "serving", "draining"],
      meaning: "The activity of the worker."),
    Statistic("served", .cumulative, stability: .stable, meaning: "Requests that were answered."),
    Statistic("failed", .cumulative, meaning: "Requests that ended in an error."),
    Statistic("queue", .instant, meaning: "Requests that wait now."),
    Statistic("deepest", .peak, meaning: "The maximum of queue."),
    Statistic(
      "latency_hist", .logHistogram, unit: .seconds, scale: .nano, size: 32,
      meaning: "Time from a request to its answer."),
    Statistic(
      "latency_ns", .cumulative, unit: .seconds, scale: .nano,
      meaning: "The sum of the times in latency_hist."),
  ])

  private static let lockSchema = Schema(packing: [
    Statistic(
      "spins", .cumulative, cost: .heavy, meaning: "Iterations of the loop that acquires the lock."),
    Statistic(
      "held_hist", .logHistogram, unit: .seconds, scale: .nano, size: 24, cost: .heavy,
      meaning: "Time that the lock was held."),
  ])

  /// Changes the values as if 10 ms had passed.
  ///
  /// - Parameter steps: the number of steps until now.
  /// - Returns: the number of requests answered in this step.
  func step(_ steps: UInt64) -> UInt64 {
    // The second worker answers no requests (`draining`) for 5 of every 20 seconds.
    let drains = number == 1 && steps % 2_000 >= 1_500
    phase?.set(steps < 100 ? 0 : drains ? 2 : 1)
    let waiting = drains ? 0 : next() % (4 + number * 3)
    queue?.set(waiting)
    deepest?.raise(to: waiting)
    let answers = drains ? 0 : 3 + number + next() % 4
    for _ in 0..<answers {
      served?.bump()
      // Most requests take some tenths of a millisecond, one in 16 takes 2 ms.
      let order = 17 + (next() % 16 == 0 ? 4 : next() % 2)
      latency?.observe(1 << order + next() % 100_000)
    }
    if next() % 50 == 0 { failed?.bump() }
    if lock.isWatched {
      spins?.add(answers * (next() % 30))
      for _ in 0..<answers { held?.observe(200 + next() % 3_000) }
    }
    return answers
  }

  private func next() -> UInt64 {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return random >> 8
  }
}
