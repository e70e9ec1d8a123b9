import ArgumentParser
import Glibc
import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsTerminal
import StatsTree

/// `vitals top`: the whole host on one screen.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "The whole host on one screen: VMs, vCPUs, statistics, histograms.",
    discussion: """
      VMs come first, the busiest on top: CPU used, steal (time that a vCPU could have run and had no \
      CPU), exits and their leading causes, and a small graph of the last seconds. Enter opens what \
      is chosen: a VM, its vCPUs, all statistics of a vCPU, a histogram. The line above the keys says \
      what the sorted column means; ? shows all keys, q quits.

      Without a screen, --batch writes the same rows as text, and --log appends every value to a \
      CSV file, which SIGHUP opens anew.

      Examples:
        vitals top
        vitals top kvm/web1 --every 500ms
        vitals top --view processors --sort run_delay_ns
        vitals top --batch --count 3
        vitals top --log /var/log/vitals.csv --every 10s
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(
    name: .long, help: ArgumentHelp("The interval, such as 500ms or 2s.", valueName: "time"),
    transform: TimeSpan.init)
  var every = TimeSpan(seconds: 1)

  @Option(
    name: .long, help: ArgumentHelp("How many intervals; without it, for ever.", valueName: "n"))
  var count: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What is shown first: machines, processors, host, groups or programs.", valueName: "rows"),
    transform: ViewArgument.init)
  var view = ViewArgument(.vms)

  @Option(
    name: .long,
    help: ArgumentHelp("The statistic that rows are sorted by.", valueName: "name"))
  var sort: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only rows that match: a part of a name, a glob, /regex/ or pid=N.", valueName: "text"))
  var only: String?

  @Flag(name: .long, help: "Not what is zero.")
  var skipZeros = false

  @Flag(name: .long, help: "Totals in place of rates.")
  var totals = false

  @Flag(name: .long, help: "Numbers without units and prefixes.")
  var plain = false

  @Flag(name: .long, help: "Text, interval after interval, in place of a screen.")
  var batch = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Append every value to this file as CSV, in place of a screen.", valueName: "file"))
  var log: String?

  func validate() throws {
    guard every.nanoseconds >= 10_000_000 else {
      throw ValidationError("--every \(every) is too short; the shortest is 10ms")
    }
    if let count, count < 1 { throw ValidationError("--count is \(count); it must be at least 1") }
    if batch, log != nil { throw ValidationError("--batch and --log exclude each other") }
  }

  func run() throws {
    let palette = Palette { name in Environment.value(name) }
    if !batch, log == nil {
      guard Console.size != nil, isTerminal(STDIN_FILENO), palette != nil else {
        throw CommandError(
          status: .usage,
          text: "no terminal that can show a screen; --batch writes text, --log a file")
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
    if let only, let flaw = top.filter(only) { throw CommandError(status: .usage, text: flaw) }
    top.recordSample(at: .now)
    if let sort {
      guard top.columnNames.contains(sort) else {
        throw CommandError(
          status: .nothingThere,
          text: top.columnNames.isEmpty
            ? "there are no rows to sort by '\(sort)'; 'vitals demo' makes some to look at"
            : "no column of these rows is '\(sort)'; there are "
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

/// A view by its name.
struct ViewArgument {
  let view: TopView

  init(_ view: TopView) {
    self.view = view
  }

  init(_ text: String) throws {
    guard let view = TopView(rawValue: text) else {
      let all = TopView.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there are \(all)")
    }
    self.view = view
  }
}
