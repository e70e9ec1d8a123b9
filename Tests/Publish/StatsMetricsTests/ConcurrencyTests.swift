#if Metrics
import CoreMetrics
import SharedTable
import Testing

@testable import StatsMetrics

struct ConcurrencyTests {
  private static let taskCount = 8
  private static let rounds = 100_000

  @Test("Concurrent tasks lose no counts")
  func concurrentCounts() async throws {
    let published = try Published()
    let metrics = published.metrics
    await withTaskGroup(of: Void.self) { tasks in
      for _ in 0..<Self.taskCount {
        tasks.addTask { Self.count(metrics) }
      }
    }
    let total = UInt64(Self.taskCount * Self.rounds)
    #expect(published.value("c") == total)
    #expect(published.value("f") == total / 10 * 100_000)
    #expect(published.level("m") == Int64(Self.taskCount) * 1_000_000)
    #expect(published.value("r_sum", of: "r") == total / 10 * 3)
    #expect(published.words("r_hist", of: "r")?.reduce(0, +) == total / 10)
    #expect(published.liveMetrics == 4)
    #expect(published.refusedValues == 0)
  }

  private static func count(_ metrics: TableMetrics) {
    let counter = Counter(label: "c", factory: metrics)
    let sum = FloatingPointCounter(label: "f", factory: metrics)
    let meter = Meter(label: "m", factory: metrics)
    let recorder = Recorder(label: "r", factory: metrics)
    meter.increment()
    for _ in 0..<rounds { counter.increment() }
    // Fewer rounds, because unoptimized code is slow.
    for _ in 0..<rounds / 10 {
      sum.increment(by: 0.1)
      meter.increment(by: 0.3)
      meter.decrement(by: 0.3)
      recorder.record(0.000_003)
    }
  }

  @Test("Metrics are created and destroyed concurrently")
  func concurrentCreation() async throws {
    let published = try Published()
    let metrics = published.metrics
    await withTaskGroup(of: Void.self) { tasks in
      for task in 0..<Self.taskCount {
        tasks.addTask {
          for round in 0..<500 {
            let dimensions = [("n", "\((round + task) % 5)")]
            let counter = Counter(label: "c", dimensions: dimensions, factory: metrics)
            counter.increment()
            counter.destroy()
          }
        }
      }
    }
    #expect(published.liveMetrics == 0)
    #expect(published.refusedMetrics == 0)
    #expect(published.paths == ["metrics"])
    #expect(published.reader.errors.isEmpty)
  }
}
#endif
