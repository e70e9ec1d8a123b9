import ArgumentParser
import LinuxSystem
import StatsFormats
import StatsInput
import StatsRules
import StatsTree

/// `vitals watch`: prints the rates of each interval.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show rates per second, and times as percentages of each interval.",
    discussion: """
      Several sources are shown as a table with one row each; its columns are the most important \
      statistics, or those of --stat. A single source is shown as a block with everything that \
      changed, or with --stat as one line per interval. Times are shares of the interval: run_ns is \
      CPU time used; run_delay_ns is steal, the time that a vCPU could run but had no CPU. VMs and \
      publishers that appear or end are reported. Ctrl-C ends.

      With --aggregate, there is one row for each source and function. The functions are applied to \
      the rates of the members.

      With --when, only sources for which a condition holds are shown, with the values that occur in \
      the condition. If the condition cannot be evaluated for a source, the reason is printed once on \
      standard error. With --exit, the command ends as soon as the condition holds for a source. The \
      exit status is 1 if the condition held in any interval, else 0.

      A condition can contain the values rate(NAME), share(NAME) (share of the time), delta(NAME), \
      p99(NAME) (of a histogram) and NAME (the value itself); numbers such as 20%, 5ms or 1000/s; the \
      operators + - * / and ?? (a default for a missing value); comparisons; and the words 'and', \
      'or', 'not'.

      Examples:
        vitals watch
        vitals watch 'kvm/*/vcpu*' --stat run_ns,run_delay_ns,exits --every 500ms
        vitals watch kvm/web1/vcpu0
        vitals watch kvm --aggregate sum,max
        vitals watch app/shop --enable locks
        vitals watch --when 'rate(halt_poll_fail_ns) > 0.2'
        vitals watch --when 'share(run_delay_ns) > 10%' --exit --count 9 && echo ok
        vitals watch --format json --count 10 > samples.jsonl
        vitals watch --format xcp-rrdd --to /dev/shm/metrics/vitals --every 5s
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

  @OptionGroup var aggregates: AggregateOptions

  @OptionGroup var demand: DemandOptions

  @Option(name: .long, help: "table, json, csv, openmetrics, prometheus or xcp-rrdd.")
  var format: OutputFormat = .table

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The file to keep up to date, with --format xcp-rrdd.", valueName: "file"))
  var to: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The columns: names of statistics, separated by commas.", valueName: "names"),
    transform: NameList.init)
  var stat: NameList?

  @Flag(name: .long, help: "Include statistics that are zero or did not change.")
  var zeros = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Show only sources for which this holds, such as 'rate(exits) > 1000/s'.",
      valueName: "condition"))
  var when: String?

  @Flag(name: .long, help: "End with status 1 as soon as the condition of --when holds.")
  var exit = false

  func validate() throws {
    if (to != nil) != (format == .rrd) {
      throw ValidationError("--format xcp-rrdd and --to FILE require each other")
    }
    if exit, when == nil { throw ValidationError("--exit requires --when") }
    if when != nil {
      guard format == .table || format == .json else {
        throw ValidationError("--when requires --format table or json")
      }
      guard aggregates.aggregate == nil, stat == nil, observation.match == nil else {
        throw ValidationError(
          "--when excludes --stat, --match and --aggregate")
      }
    }
    guard every.nanoseconds >= 1_000_000 else {
      throw ValidationError("--every \(every) is too short (minimum: 1ms)")
    }
    try aggregates.validate(format)
    if let count, count < 1 { throw ValidationError("--count \(count) is too small (minimum: 1)") }
  }

  func run() throws {
    // Report an invalid condition before discovery starts.
    let condition = try when.map { text in
      do throws(FormulaError) {
        return try Formula(text, .condition)
      } catch {
        throw CommandError(status: .usage, text: "--when: \(error)")
      }
    }
    let outputs = aggregates.aggregate?.outputs
    let observer = try Observer(
      observation, fallback: KnownInputs.defaultPattern, enabling: demand.enable,
      parts: outputs == nil ? .all : .aggregates)
    _ = try observer.requireSources(observation)
    observer.printWarnings()
    observer.sampler.pass()
    try observer.requireStatistics(observation)
    if outputs != nil { try observer.requireAggregates() }
    if let stat { try observer.requireNames(stat.names) }
    var view = WatchView(
      format, statistics: stat?.names ?? observation.match.map { observer.names(matching: $0) },
      outputs: outputs, hidesZeros: !zeros)
    var alert = try condition.map {
      try WatchAlert($0, observer.sampler, isJSON: format == .json)
    }
    var file = to.map { MetricsFile($0, observer.sampler) }
    try update(&file)
    var cadence = Cadence(every: every.nanoseconds, count: count, from: monotonicNanoseconds())
    while let deadline = cadence.nextDeadline() {
      observer.wait(until: deadline)
      let events = observer.refresh()
      observer.sampler.pass()
      for event in events { try view.report(event) }
      if try !update(&file) {
        try Console.write(
          alert?.bytes(of: observer.sampler) ?? view.bytes(of: observer.sampler))
      }
      if exit, alert?.hasHeld == true { break }
      cadence.finish(at: monotonicNanoseconds())
    }
    if alert?.hasHeld == true { throw ExitCode(CommandError.Status.foundWrong.rawValue) }
  }

  /// Updates the file of `--to`.
  ///
  /// - Returns: `false` if no file was requested.
  @discardableResult
  private func update(_ file: inout MetricsFile?) throws -> Bool {
    guard file != nil else { return false }
    if let text = try file?.update() { Console.warn(text.printable) }
    return true
  }
}

/// Names separated by commas.
struct NameList {
  let names: [String]

  init(_ text: String) throws {
    names = text.split(separator: ",").map(String.init)
    if names.isEmpty { throw ValidationError("expected at least one name") }
  }
}
