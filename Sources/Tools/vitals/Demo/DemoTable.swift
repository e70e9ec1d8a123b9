import LinuxSystem
import SharedTable
import Statistics

/// What `vitals demo` publishes: a program with workers that answer requests.
///
/// Its numbers are made up; the way they are published is that of any program.
final class DemoTable {
  /// The words on the command line of the process that publishes.
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
    let link = try publisher.addSource("link", labels: ["device": "imagined"])
    traffic = try publisher.addRecord(
      "traffic", schema: Self.trafficSchema, to: link, consistency: .latched)
  }

  /// Two parts and their sum, which readers never see apart.
  private static let trafficSchema = Schema(packing: [
    Statistic("received_bytes", .cumulative, unit: .bytes, meaning: "Bytes of requests."),
    Statistic("sent_bytes", .cumulative, unit: .bytes, meaning: "Bytes of answers."),
    Statistic(
      "moved_bytes", .cumulative, unit: .bytes,
      meaning: "Bytes of both: the sum of received_bytes and sent_bytes in each sample."),
  ])

  /// Moves the numbers on by a hundredth of a second.
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

  /// A sum; a word that has no value yet counts as zero.
  private static func sum(_ word: UInt64, _ amount: UInt64) -> UInt64 {
    word == Inactive.unsigned ? amount : word + amount
  }

  func close() {
    publisher.close()
  }

  /// Publishes until the parent ends or a signal comes: the body of a process of its own.
  ///
  /// It writes one line to its standard output: `ready`, or why not.
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
      // A step that took too long is not made up for.
      next = max(next + 10_000_000, monotonicNanoseconds())
      if signals.wait(until: next) { return }
      table.step()
    }
  }
}
