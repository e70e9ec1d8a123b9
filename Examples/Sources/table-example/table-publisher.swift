// Publishes a table from Swift: statistics that it describes itself, and those of swift-metrics.
//
//   table-example [DIRECTORY [SECONDS]]
//
// Readers find it by the socket DIRECTORY/shop.socket; the default directory is /run/vitals/app.

import CoreMetrics
import SharedTable
import Statistics
import StatsMetrics

/// A worker that describes and counts its statistics.
struct Worker {
  static let schema = Schema(packing: [
    Statistic("served", .cumulative, stability: .stable, meaning: "Requests that were answered."),
    Statistic("queue", .instant, meaning: "Waiting requests."),
    Statistic("latency_hist", .logHistogram, unit: .seconds, scale: .nano, size: 44),
    Statistic("latency_ns", .cumulative, unit: .seconds, scale: .nano),
  ])

  let served: PublishedCounter?
  let queue: PublishedLevel?
  let latency: PublishedHistogram?

  init(_ number: Int, in publisher: Publisher) throws(TableError) {
    let source = try publisher.addSource("worker\(number)", keys: ["worker": "\(number)"])
    let record = try publisher.addRecord("requests", schema: Self.schema, to: source)
    // A handle is looked up by name once and then accesses the word directly.
    served = record.counter("served")
    queue = record.level("queue")
    latency = record.histogram("latency_hist")
  }

  func answer(waiting: UInt64, nanoseconds: UInt64) {
    // A load and a store: the worker is the only writer. `add(1)` supports several writers.
    served?.bump()
    queue?.set(waiting)
    latency?.observe(nanoseconds)
  }
}

@main
enum TableExample {
  static func main() async {
    let arguments = CommandLine.arguments
    let directory = arguments.count > 1 ? arguments[1] : Publication.standardDirectory
    let seconds = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 60
    do throws(TableError) {
      let publisher = try publish(in: directory)
      print("publishing shop in \(directory) for \(seconds) s")
      try await serve(for: seconds, Worker(0, in: publisher))
      publisher.close()
    } catch {
      // Without a backend swift-metrics counts nowhere; the server can continue.
      print("shop is not published: \(error)")
    }
  }

  /// The code to add to a server that already uses swift-metrics.
  ///
  /// In the standard directory, one line is enough: `MetricsSystem.bootstrap(try
  /// TableMetrics(publishing: "shop"))`
  static func publish(in directory: String) throws(TableError) -> Publisher {
    let metrics = try TableMetrics(publishing: Publication(name: "shop", directory: directory))
    MetricsSystem.bootstrap(metrics)
    // The same table can contain statistics that the program describes itself.
    return metrics.publisher
  }

  static func serve(for seconds: Int, _ worker: Worker) async {
    let orders = CoreMetrics.Counter(label: "orders", dimensions: [("country", "is")])
    let sessions = Meter(label: "sessions")
    let duration = CoreMetrics.Timer(label: "checkout")
    for round in 0..<max(1, seconds * 100) {
      worker.answer(waiting: UInt64(round % 7), nanoseconds: 150_000)
      orders.increment()
      sessions.set(round % 50)
      duration.recordMicroseconds(900 + round % 300)
      try? await Task.sleep(for: .milliseconds(10))
    }
  }
}
