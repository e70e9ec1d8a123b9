import LinuxSystem
import SharedTable
import Statistics

/// Publishes the table of `vitals demo`, which describes a simulated program whose workers answer
/// requests.
///
/// The values are invented, but they are published in the same way as the values of any program.
final class DemoTable {
  /// The argument that makes `vitals demo` publish this table.
  static let word = "publish"

  private let publisher: Publisher
  private var workers: [DemoWorker] = []
  private let traffic: Record
  private var steps: UInt64 = 0

  init(directory: String?) throws(TableError) {
    var publication = Publication(persistent: "demo")
    if let directory {
      publication.directory = directory
      publication.tableDirectory = directory
    }
    publisher = try Publisher(publication)
    for number in 0..<3 {
      let source = try publisher.addSource(
        "worker\(number)", keys: ["worker": "\(number)"], labels: ["role": "answers requests"])
      workers.append(try DemoWorker(publisher, source, number: UInt64(number)))
    }
    let link = try publisher.addSource("link", labels: ["device": "simulated"])
    traffic = try publisher.addRecord(
      "traffic", schema: Self.trafficSchema, to: link, consistency: .latched)
  }

  /// The schema of two parts and their sum.
  ///
  /// In each sample of a reader, the sum equals the two parts together.
  private static let trafficSchema = Schema(packing: [
    Statistic("received_bytes", .cumulative, unit: .bytes, meaning: "Bytes of requests."),
    Statistic("sent_bytes", .cumulative, unit: .bytes, meaning: "Bytes of answers."),
    Statistic(
      "moved_bytes", .cumulative, unit: .bytes,
      meaning: "Bytes of both: the sum of received_bytes and sent_bytes in each sample."),
  ])

  /// Changes the values as if 10 ms had passed.
  func step() {
    steps += 1
    var answered: UInt64 = 0
    for worker in workers { answered += worker.step(steps) }
    traffic.update { words in
      words[0] = Self.sum(words[0], answered * 300)
      words[1] = Self.sum(words[1], answered * (2_000 + steps % 97))
      words[2] = words[0] + words[1]
    }
  }

  /// Returns the sum of a word and an amount.
  ///
  /// An inactive word (without a value) counts as zero.
  private static func sum(_ word: UInt64, _ amount: UInt64) -> UInt64 {
    word == Inactive.unsigned ? amount : word + amount
  }

  func close() {
    publisher.close()
  }

  /// Publishes until the parent exits or a termination signal arrives.
  ///
  /// Writes one line to standard output: `ready`, or the error.
  static func publish(directory: String?, parent: CInt) throws {
    let signals = try TerminationSignals()
    let table: DemoTable
    do throws(TableError) {
      table = try DemoTable(directory: directory)
    } catch {
      Console.print("\(error)")
      return
    }
    defer { table.close() }
    let process = try ProcessDescriptor(pid: parent)
    try Console.write("ready\n")
    var next = monotonicNanoseconds()
    while !process.hasExited {
      // After a delay, do not make up for the missed steps.
      next = max(next + 10_000_000, monotonicNanoseconds())
      if signals.wait(until: next) { return }
      table.step()
    }
  }
}
