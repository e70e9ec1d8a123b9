#if Metrics
import CoreMetrics
import Statistics
import SharedTable
import Testing

@testable import StatsMetrics

struct KindTests {
  @Test("Each kind of metric has its statistics")
  func statisticsOfKinds() throws {
    let published = try Published {
      $0.descriptions["bytes"] = MetricDescription(unit: .bytes, decimals: 0, meaning: "Sent.")
    }
    let metrics = published.metrics
    let micro = Scale(base: .ten, exponent: -6)
    _ = metrics.makeCounter(label: "counter", dimensions: [])
    _ = metrics.makeFloatingPointCounter(label: "sum", dimensions: [])
    _ = metrics.makeMeter(label: "meter", dimensions: [])
    _ = metrics.makeRecorder(label: "gauge", dimensions: [], aggregate: false)
    _ = metrics.makeRecorder(label: "bytes", dimensions: [], aggregate: true)
    _ = metrics.makeTimer(label: "timer", dimensions: [])
    let expected: [(String, [Statistic])] = [
      ("counter", [Statistic("counter", .cumulative)]),
      ("sum", [Statistic("sum", .cumulative, scale: micro)]),
      ("meter", [Statistic("meter", .instant, scale: micro, isSigned: true)]),
      ("gauge", [Statistic("gauge", .instant, scale: micro, isSigned: true)]),
      (
        "bytes",
        [
          Statistic("bytes_hist", .logHistogram, unit: .bytes, size: 65, meaning: "Sent."),
          Statistic("bytes_sum", .cumulative, unit: .bytes, meaning: "Sent."),
        ]
      ),
      (
        "timer",
        [
          Statistic("timer_hist", .logHistogram, unit: .seconds, scale: .nano, size: 44),
          Statistic("timer_ns", .cumulative, unit: .seconds, scale: .nano),
        ]
      ),
    ]
    for (label, statistics) in expected {
      #expect(published.group(label)?.schema == Schema(packing: statistics), "\(label)")
    }
    let bytes = try #require(published.group("bytes")?.schema)
    #expect(bytes.indexOfSum(of: bytes.statistics[0]) == 1)
    #expect(bytes.statistics[0].meaning == "Sent.")
    #expect(published.liveMetrics == 6)
  }

  @Test("Counters count and can be reset")
  func counters() throws {
    let published = try Published()
    let whole = Counter(label: "whole", factory: published.metrics)
    let parts = FloatingPointCounter(label: "parts", factory: published.metrics)
    #expect(published.value("whole") == 0)
    whole.increment()
    whole.increment(by: 41)
    for _ in 0..<10 { parts.increment(by: 0.1) }
    #expect(published.value("whole") == 42)
    #expect(published.value("parts") == 1_000_000)
    parts.increment(by: 0.000_000_4)
    whole.reset()
    parts.reset()
    parts.increment(by: 0.000_000_4)
    #expect(published.value("whole") == 0 && published.value("parts") == 0)
    whole.increment(by: Int64.max)
    whole.increment(by: Int64.max)
    whole.increment(by: Int64.max)
    #expect(published.value("whole") == Inactive.unsigned - 1)
    #expect(published.refusedValues == 0)
  }

  @Test("Levels are set and adjusted")
  func levels() throws {
    let published = try Published()
    let meter = Meter(label: "meter", factory: published.metrics)
    #expect(published.level("meter") == nil, "a level that was never set is inactive")
    meter.set(-3)
    #expect(published.level("meter") == -3_000_000)
    meter.set(1.25)
    meter.increment(by: 0.5)
    meter.decrement(by: 2.0)
    #expect(published.level("meter") == -250_000)
    meter.decrement(by: -1.0)
    #expect(published.level("meter") == 750_000)
    let gauge = Gauge(label: "gauge", factory: published.metrics)
    gauge.record(2)
    #expect(published.level("gauge") == 2_000_000)
    gauge.record(0.1)
    #expect(published.level("gauge") == 100_000)
    let other = Meter(label: "other", factory: published.metrics)
    other.increment()
    #expect(published.level("other") == 1_000_000, "an inactive level counts as 0")
    #expect(published.refusedValues == 0)
  }

  @Test(
    "A level out of range is inactive",
    arguments: [.nan, .infinity, -.infinity, 1e13, -1e13, .greatestFiniteMagnitude] as [Double])
  func levelOutOfRange(value: Double) throws {
    let published = try Published()
    let meter = Meter(label: "meter", factory: published.metrics)
    meter.set(1)
    meter.set(value)
    #expect(published.level("meter") == nil)
    #expect(published.refusedValues == 1)
    meter.increment(by: value)
    #expect(published.refusedValues == 2)
    meter.set(2)
    #expect(published.level("meter") == 2_000_000)
  }

  @Test("A level stops at its maximum")
  func levelLimits() throws {
    let published = try Published()
    let meter = Meter(label: "meter", factory: published.metrics)
    meter.set(9.2e12)
    meter.increment(by: 9.2e12)
    #expect(published.level("meter") == .max)
    #expect(published.refusedValues == 1)
    meter.set(Int64.max)
    #expect(published.level("meter") == nil)
    #expect(published.refusedValues == 2)
  }

  @Test(
    "A recorder counts a sample in its bucket and in the sum",
    arguments: [
      (0, 0, 0), (1, 20, 1_000_000), (0.000_001, 1, 1), (0.000_001_5, 2, 2),
      (4096, 32, 4_096_000_000), (9e12, 63, 9_000_000_000_000_000_000),
    ] as [(Double, Int, UInt64)])
  func recorder(
    sample: Double, bucket: Int, sum: UInt64
  ) throws {
    let published = try Published()
    let recorder = Recorder(label: "r", factory: published.metrics)
    recorder.record(sample)
    if let whole = Int64(exactly: sample) { recorder.record(whole) }
    let count: UInt64 = Int64(exactly: sample) == nil ? 1 : 2
    let buckets = try #require(published.words("r_hist", of: "r"))
    #expect(buckets.enumerated().allSatisfy { $0.element == ($0.offset == bucket ? count : 0) })
    #expect(published.value("r_sum", of: "r") == sum * count)
  }

  @Test("A timer counts nanoseconds")
  func timer() throws {
    let published = try Published()
    let timer = Timer(
      label: "t", preferredDisplayUnit: .milliseconds, factory: published.metrics)
    timer.recordNanoseconds(0)
    timer.recordMicroseconds(1)
    timer.recordSeconds(86_400)
    let buckets = try #require(published.words("t_hist", of: "t"))
    #expect(buckets[0] == 1 && buckets[10] == 1 && buckets[43] == 1)
    #expect(published.value("t_ns", of: "t") == 86_400_000_001_000)
  }

  @Test("Invalid values are ignored and counted as refused")
  func invalidValues() throws {
    let published = try Published()
    let metrics = published.metrics
    Counter(label: "c", factory: metrics).increment(by: -1)
    for amount in [-0.5, .nan, .infinity, 1e14] {
      FloatingPointCounter(label: "f", factory: metrics).increment(by: amount)
      Recorder(label: "r", factory: metrics).record(amount)
    }
    Recorder(label: "r", factory: metrics).record(-1)
    Recorder(label: "r", factory: metrics).record(Int64.max)
    Timer(label: "t", factory: metrics).recordNanoseconds(Int64(-1))
    #expect(published.value("c") == 0 && published.value("f") == 0)
    #expect(published.value("r_sum", of: "r") == 0 && published.value("t_ns", of: "t") == 0)
    #expect(published.refusedValues == 12)
  }
}
#endif
