import ArgumentParser
import Glibc
import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsTerminal
import StatsTree

/// `vitals top`: shows VMs, vCPUs and statistics on a screen.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show the host on one screen: VMs, vCPUs, statistics, histograms.",
    discussion: """
      The first view lists the VMs, the busiest on top. Its columns are CPU time, steal (time that a \
      vCPU could run but had no CPU), exits, the most frequent causes of exits, and a graph of CPU \
      time in the last seconds. Enter goes from a VM to its vCPUs, from a vCPU to all its statistics, \
      and from a statistic to its histogram. The second line from the bottom explains the column by \
      which the rows are sorted. ? shows all keys, q quits.

      Two options work without a terminal: --batch prints the same rows as text, and --log appends \
      all values to a CSV file. After SIGHUP, the command opens the file again, as log rotation needs.

      Examples:
        vitals top
        vitals top kvm/web1 --every 500ms
        vitals top --view vcpus --sort run_delay_ns
        vitals top --batch --count 3
        vitals top --log /var/log/vitals.csv --every 10s
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(
    name: .long,
    help: ArgumentHelp("The interval, such as 500ms (default: 1s).", valueName: "time"),
    transform: TimeSpan.init)
  var every = TimeSpan(seconds: 1)

  @Option(
    name: .long, help: ArgumentHelp("The number of intervals (default: no limit).", valueName: "n"))
  var count: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The first view: vms, vcpus, host, groups or programs.", valueName: "rows"),
    transform: ViewArgument.init)
  var view = ViewArgument(.vms)

  @Option(
    name: .long,
    help: ArgumentHelp("The statistic to sort rows by.", valueName: "name"))
  var sort: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Show only rows that match: a part of a name, a glob, /regex/ or pid=N.", valueName: "text"))
  var only: String?

  @Flag(name: .long, help: "Omit rows without activity.")
  var skipZeros = false

  @Flag(name: .long, help: "Show totals instead of rates.")
  var totals = false

  @Flag(name: .long, help: "Show numbers without units and prefixes.")
  var plain = false

  @Flag(name: .long, help: "Print text, interval after interval, instead of a screen.")
  var batch = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Append all values to this file as CSV, instead of a screen.", valueName: "file"))
  var log: String?

  func validate() throws {
    guard every.nanoseconds >= 10_000_000 else {
      throw ValidationError("--every \(every) is too short (minimum: 10ms)")
    }
    if let count, count < 1 { throw ValidationError("--count \(count) is too small (minimum: 1)") }
    if batch, log != nil { throw ValidationError("--batch and --log exclude each other") }
  }

  func run() throws {
    let palette = Palette { name in Environment.value(name) }
    if !batch, log == nil {
      guard Console.size != nil, isTerminal(STDIN_FILENO), palette != nil else {
        throw CommandError(
          status: .usage,
          text: "standard input and output are not a terminal with cursor control "
            + "(use --batch or --log)")
      }
    }
    let observer = try Observer(observation, fallback: .everything)
    observer.sampler.pass()
    try observer.requireStatistics(observation)
    if let log {
      try TopLog(path: log).run(observer, every: every, count: count)
      return
    }
    var top = Top(
      TopModel(observer.sampler, meanings: .builtIn), view: view.view, intervalText: "\(every)")
    top.set(hidesZeros: skipZeros, hasUnits: !plain, showsTotals: totals)
    if let only, let error = top.filter(only) { throw CommandError(status: .usage, text: error) }
    top.recordSample(at: .now)
    if let sort {
      guard top.columnNames.contains(sort) else {
        throw CommandError(
          status: .nothingThere,
          text: top.columnNames.isEmpty
            ? "no rows to sort by '\(sort)' ('vitals demo' starts some VMs)"
            : "unknown column '\(sort)'; expected one of "
              + top.columnNames.joined(separator: ", "))
      }
      top.sort(by: sort)
    }
    if batch {
      try runBatch(&top, observer)
    } else if let palette {
      var screen = TopScreen(top, observer, palette, every: every, count: count)
      try screen.run()
    }
  }

  private func runBatch(_ top: inout Top, _ observer: Observer) throws {
    var cadence = Cadence(every: every.nanoseconds, count: count, from: monotonicNanoseconds())
    while let deadline = cadence.nextDeadline() {
      observer.wait(until: deadline)
      for event in observer.refresh() { Console.warn(event.text.printable) }
      observer.sampler.pass()
      top.recordSample(at: .now)
      if cadence.finishedCount > 0 { try Console.write("\n") }
      try Console.write(
        top.text(
          columns: Console.width ?? 132, at: .now, clock: localTimeText(realtimeNanoseconds())))
      cadence.finish(at: monotonicNanoseconds())
    }
  }
}

/// A view selected by its name.
struct ViewArgument {
  let view: TopView

  init(_ view: TopView) {
    self.view = view
  }

  /// The former names of views, which remain valid.
  private static let aliases = ["machines": TopView.vms, "processors": TopView.vcpus]

  init(_ text: String) throws {
    guard let view = TopView(rawValue: text) ?? Self.aliases[text] else {
      let all = TopView.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("unknown view '\(text)'; expected one of \(all)")
    }
    self.view = view
  }
}
