import KVMStats
import LinuxSystem
import Statistics
import StatsFormats
import StatsTree

/// What `vitals watch` writes in each interval.
struct WatchView {
  private let format: OutputFormat
  private let chosen: [String]?
  private var sample: SampleView
  /// The table, and the generation of the plan that its columns were picked for.
  private var summary: (table: SummaryTable, generation: UInt64)?
  private var linesSinceHeader = 0
  /// The most columns of a table that nobody chose.
  private static let columnLimit = 9
  /// The lines under one header, as vmstat(8) has it.
  private static let linesUnderHeader = 20

  init(_ format: OutputFormat, statistics: [String]?, hidesZeros: Bool) {
    self.format = format
    chosen = statistics
    sample = SampleView(
      format, ShowText(hidesZeros: hidesZeros, showsRates: true), showsRates: true)
  }

  /// Tells of a VM that came or went.
  func tell(_ event: KVMInput.Event) throws {
    let (word, path, pid, text) =
      switch event {
      case .appeared(let path, let pid):
        ("appeared", path, pid, "\(path) appeared: process \(pid)")
      case .gone(let path, let pid):
        ("gone", path, pid, "\(path) is gone: process \(pid) ended")
      }
    switch format {
    case .table: try Console.write("\(localTimeText(wallNanoseconds()))  \(text)\n")
    case .json:
      try Console.write(
        JSONText.line(EventEntry(event: word, path: path, pid: pid, time: Moment.now.text)))
    case .csv, .openmetrics, .prometheus: Console.warn(text)
    }
  }

  private struct EventEntry: Encodable {
    let event: String
    let path: String
    let pid: Int32
    let time: String
  }

  /// The text of the last pass.
  mutating func bytes(of sampler: Sampler) -> [UInt8] {
    guard format == .table else { return sample.bytes(of: sampler) }
    // All VMs are gone, which has been told.
    if sampler.plan.entries.isEmpty { return [] }
    var sources = 0
    var last: ObjectIdentifier?
    for entry in sampler.plan.entries where last != ObjectIdentifier(entry.source) {
      last = ObjectIdentifier(entry.source)
      sources += 1
    }
    if sources == 1, chosen != nil { return line(of: sampler) }
    if sources == 1 { return heading(of: sampler) + sample.bytes(of: sampler) + [0x0a] }
    return table(of: sampler)
  }

  /// The summary of the last pass in columns that were chosen or are telling.
  private mutating func result(of sampler: Sampler, rowLimit: Int) -> SummaryTable.Result {
    let generation = sampler.plan.generation
    var table: SummaryTable
    if let summary, chosen != nil || summary.generation == generation {
      table = summary.table
    } else {
      table = SummaryTable(
        statistics: chosen
          ?? SummaryTable.headlines(for: sampler, .builtIn, limit: Self.columnLimit))
    }
    let result = table.result(of: sampler, at: .now, rowLimit: rowLimit)
    summary = (table, generation)
    return result
  }

  private func heading(of sampler: Sampler) -> [UInt8] {
    let time = localTimeText(wallNanoseconds())
    // The groups are read within moments: any interval will do for a heading.
    let nominal = sampler.plan.entries.lazy.compactMap { sampler.interval(of: $0)?.nominal }.first
    let over = nominal.map {
      ", over \(Quantity(Decimal(mantissa: UInt128($0), exponent: -9), unit: .seconds).text)"
    }
    return Array("\(time)\(over ?? "")\n".utf8)
  }

  private mutating func table(of sampler: Sampler) -> [UInt8] {
    // The heading, the titles, two lines of what was left out, and an empty one.
    let rows = Console.height.map { $0 - 5 } ?? .max
    let result = result(of: sampler, rowLimit: rows)
    let rendering = result.table.rendering(width: Console.width)
    var text = heading(of: sampler) + rendering.bytes
    if !rendering.droppedColumns.isEmpty {
      text += Array("(no room for \(rendering.droppedColumns.joined(separator: ", ")))\n".utf8)
    }
    if result.leftOutCount > 0 {
      text += Array("(and \(result.leftOutCount) more sources: name some with a pattern)\n".utf8)
    }
    for note in result.notes { text += Array((note.text + "\n").utf8) }
    return text + [0x0a]
  }

  /// One line for the only source, with a header from time to time.
  private mutating func line(of sampler: Sampler) -> [UInt8] {
    var table = result(of: sampler, rowLimit: .max).table
    table.hasHeader = linesSinceHeader % Self.linesUnderHeader == 0
    linesSinceHeader += 1
    let time = localTimeText(wallNanoseconds())
    let lines = table.rendering(width: Console.width.map { max(20, $0 - 10) }).text
      .split(separator: "\n")
    let first = table.hasHeader ? ["TIME    "] : []
    return Array(
      zip(first + [time], lines).map { "\($0)  \($1)\n" }.joined().utf8)
  }
}
