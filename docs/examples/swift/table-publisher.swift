// Publishes a table from Swift: statistics of its own, and those of a server with swift-metrics.
//
//   table-example [DIRECTORY [SECONDS]]
//
// Readers find it by the socket DIRECTORY/shop.socket; where they look is /run/vitals/app.

#if Metrics  // the package's trait, on by default
import CoreMetrics
import Statistics
import StatsMetrics
import StatsTable

/// A worker that describes what it counts, and counts it.
struct Worker {
  static let schema = Schema(packing: [
    Statistic("served", .cumulative, stability: .stable, meaning: "Requests that were answered."),
    Statistic("queue", .instant, meaning: "Requests that wait."),
    Statistic("latency_hist", .logHistogram, unit: .seconds, scale: .nano, size: 44),
    Statistic("latency_ns", .cumulative, unit: .seconds, scale: .nano),
  ])

  let served: StatsTable.Counter?
  let queue: StatsTable.Level?
  let latency: PublishedHistogram?

  init(_ number: Int, in publisher: Publisher) throws(TableError) {
    let source = try publisher.addSource("worker\(number)", keys: ["worker": "\(number)"])
    let record = try publisher.addRecord("requests", schema: Self.schema, to: source)
    // Names are looked up once; from then on a handle is an address.
    served = record.counter("served")
    queue = record.level("queue")
    latency = record.histogram("latency_hist")
  }

  func answer(waiting: UInt64, nanoseconds: UInt64) {
    // A load and a store: the worker alone writes it. `add(1)` is for several writers.
    served?.bump()
    queue?.set(waiting)
    latency?.observe(nanoseconds)
  }
}

@main
enum TableExample {
  static func main() async throws {
    let arguments = CommandLine.arguments
    let directory = arguments.count > 1 ? arguments[1] : Publication.standardDirectory
    let seconds = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 60

    // This line is all that a server which uses swift-metrics adds. One whose metrics need no table
    // of their own place writes `TableMetrics(publishing: "shop")`.
    let metrics = try TableMetrics(publishing: Publication(name: "shop", directory: directory))
    MetricsSystem.bootstrap(metrics)

    // The same table has room for statistics that the program describes itself.
    let worker = try Worker(0, in: metrics.publisher)
    print("publishing shop in \(directory) for \(seconds) s")

    let orders = CoreMetrics.Counter(label: "orders", dimensions: [("country", "is")])
    let sessions = Meter(label: "sessions")
    let duration = CoreMetrics.Timer(label: "checkout")
    for round in 0..<max(1, seconds * 100) {
      worker.answer(waiting: UInt64(round % 7), nanoseconds: 150_000)
      orders.increment()
      sessions.set(round % 50)
      duration.recordMicroseconds(900 + round % 300)
      try await Task.sleep(for: .milliseconds(10))
    }
    metrics.publisher.close()
  }
}
#endif
