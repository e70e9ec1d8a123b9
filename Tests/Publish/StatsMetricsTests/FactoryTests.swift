#if Metrics
import CoreMetrics
import SharedTable
import Synchronization
import Testing

@testable import StatsMetrics

struct FactoryTests {
  @Test("Each set of dimensions is a source")
  func dimensionSources() throws {
    let published = try Published()
    let metrics = published.metrics
    let get = [("method", "GET"), ("code", "200")]
    Counter(label: "requests", factory: metrics).increment()
    Counter(label: "requests", dimensions: get, factory: metrics).increment(by: 2)
    Counter(label: "requests", dimensions: get.reversed(), factory: metrics).increment(by: 3)
    Timer(label: "duration", dimensions: get, factory: metrics).recordNanoseconds(Int64(5))
    #expect(published.paths == ["metrics", "metrics/code=200,method=GET"])
    let source = published.reader.sources[1]
    #expect(source.keys == ["method": "GET", "code": "200"])
    #expect(published.value("requests") == 1)
    #expect(published.value("requests", in: source.path) == 5)
    #expect(published.value("duration_ns", of: "duration", in: source.path) == 5)
    #expect(published.liveMetrics == 3)
  }

  @Test("A metric is removed with its last user, and a source with its last metric")
  func removal() throws {
    let published = try Published()
    let dimensions = [("k", "v")]
    func makeCounter() -> CoreMetrics.Counter {
      Counter(label: "c", dimensions: dimensions, factory: published.metrics)
    }
    let (one, two) = (makeCounter(), makeCounter())
    #expect(published.liveMetrics == 1)
    one.increment()
    one.destroy()
    two.increment()
    #expect(published.value("c", in: "metrics/k=v") == 2)
    two.destroy()
    #expect(published.group("c", in: "metrics/k=v") == nil)
    #expect(published.paths == ["metrics"])
    #expect(published.liveMetrics == 0)

    two.increment()
    let three = makeCounter()
    #expect(published.value("c", in: "metrics/k=v") == 0, "the new metric starts at zero")
    two.destroy()
    three.increment()
    #expect(
      published.value("c", in: "metrics/k=v") == 1, "an old handler does not destroy the new metric"
    )
  }

  @Test("Every kind of metric can be destroyed")
  func destroyAllKinds() throws {
    let published = try Published()
    let metrics = published.metrics
    let used = metrics.publisher.memoryUse
    for _ in 0..<3 {
      let counter = Counter(label: "c", factory: metrics)
      let sum = FloatingPointCounter(label: "f", factory: metrics)
      let meter = Meter(label: "m", factory: metrics)
      let gauge = Gauge(label: "g", factory: metrics)
      let recorder = Recorder(label: "r", factory: metrics)
      let timer = Timer(label: "t", factory: metrics)
      #expect(published.liveMetrics == 6)
      counter.destroy()
      sum.destroy()
      meter.destroy()
      gauge.destroy()
      recorder.destroy()
      timer.destroy()
      #expect(published.liveMetrics == 0)
    }
    #expect(metrics.publisher.memoryUse.parts == used.parts)
  }

  @Test("A label of several kinds has one group per kind")
  func labelOfSeveralKinds() throws {
    let published = try Published()
    let metrics = published.metrics
    Counter(label: "x", factory: metrics).increment()
    Timer(label: "x", factory: metrics).recordNanoseconds(Int64(7))
    let meter = Meter(label: "x", factory: metrics)
    meter.set(1)
    Counter(label: "x", factory: metrics).increment()
    #expect(published.value("x") == 2)
    #expect(published.value("x~timer_ns", of: "x~timer") == 7)
    #expect(published.value("x~meter") == 1_000_000)
    #expect(published.refusedMetrics == 0)
    meter.destroy()
    #expect(published.group("x~meter") == nil && published.group("x") != nil)
  }

  @Test("Metrics beyond the maximum are rejected, and the first rejection is reported")
  func maximumCount() throws {
    let reported = Mutex<[String]>([])
    let published = try Published {
      $0.maximumCount = 3
      $0.rejectionHandler = { metric in reported.withLock { $0.append("\(metric)") } }
    }
    let metrics = published.metrics
    let counters = (0..<5).map {
      Counter(label: "c", dimensions: [("user", "\($0)")], factory: metrics)
    }
    for counter in counters { counter.increment() }
    #expect(published.liveMetrics == 3)
    #expect(published.refusedMetrics == 2)
    #expect(published.paths.count == 4)
    let messages = reported.withLock { $0 }
    #expect(messages.count == 1)
    #expect(messages.first?.contains(#"metric 'c' [("user", "3")] is not published"#) == true)

    // Destroying a rejected counter has no effect; destroying another one makes room.
    counters[4].destroy()
    counters[0].destroy()
    Counter(label: "c", factory: metrics).increment()
    #expect(published.value("c") == 1)
    #expect(published.refusedMetrics == 2)
  }

  @Test("The maximum also applies to labels of destroyed metrics")
  func maximumLabelCount() throws {
    let published = try Published { $0.maximumCount = 3 }
    for number in 0..<5 {
      Counter(label: "c\(number)", factory: published.metrics).destroy()
    }
    #expect(published.refusedMetrics == 2)
    Counter(label: "c0", factory: published.metrics).increment()
    #expect(published.value("c0") == 1)
  }

  @Test("A closed or full table rejects metrics without a crash")
  func closedOrFullTable() throws {
    let reported = Mutex<[MetricError]>([])
    let published = try Published {
      $0.rejectionHandler = { metric in reported.withLock { $0.append(metric.reason) } }
    }
    let before = Counter(label: "before", factory: published.metrics)
    published.metrics.publisher.close()
    let after = Counter(label: "after", dimensions: [("k", "v")], factory: published.metrics)
    for counter in [before, after] {
      counter.increment()
      counter.destroy()
    }
    #expect(reported.withLock { $0 } == [.table(.closed(name: "unnamed"))])
    #expect(published.refusedMetrics == 1)

    var small = Publication.unnamed
    small.addressSpaceByteCount = 8 << 10
    small.initialByteCount = 8 << 10
    let metrics = try TableMetrics(publishing: small)
    for number in 0..<100 {
      Timer(label: "t", dimensions: [("n", "\(number)")], factory: metrics).recordSeconds(1)
    }
    #expect(metrics.statistics.refusedMetrics.value > 0)
    #expect(metrics.statistics.refusedMetrics.value < 100)
  }

  @Test("Metrics can be published in an existing table")
  func existingTable() throws {
    let publisher = try Publisher(.unnamed)
    try publisher.addSource("worker")
    let metrics = try TableMetrics(into: publisher)
    Counter(label: "c", factory: metrics).increment()
    let reader = try Reader(of: try publisher.descriptorForReader(), file: "test")
    #expect(reader.sources.map(\.path) == ["worker", "metrics"])
    #expect(throws: TableError.nameClash(path: "metrics")) { try TableMetrics(into: publisher) }
  }

  @Test("swift-metrics finds the factory of a task")
  func taskFactory() async throws {
    let published = try Published()
    await withMetricsFactory(published.metrics) {
      Counter(label: "c").increment()
      await Task { Counter(label: "c").increment() }.value
    }
    #expect(published.value("c") == 2)
  }

  @Test("MetricsSystem.bootstrap installs the backend for a process")
  func bootstrap() async {
    await #expect(processExitsWith: .success) {
      let metrics = try TableMetrics(publishing: .unnamed)
      MetricsSystem.bootstrap(metrics)
      Counter(label: "c").increment(by: 7)
      let reader = try Reader(of: try metrics.publisher.descriptorForReader(), file: "test")
      let group = try #require(reader.groups.first { $0.name == "c" })
      var words: [UInt64] = [0]
      var span = words.mutableSpan
      let sample = reader.view.sample(group.slot, into: &span)
      #expect(sample == .up(nil))
      #expect(words == [7])
    }
  }
}
#endif
