import ArgumentParser
import LinuxSystem
import StatsFormats
import StatsInput
import StatsRules
import StatsTree

/// `vitals watch`: rates, interval after interval.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "What goes on, interval after interval: rates per second and shares of time.",
    discussion: """
      Several sources are a table with a row each; its columns are the most telling statistics, or \
      those of --stat. One source is a block with all that moved, or with --stat a line for each \
      interval. Time spent is a share of the interval: run_ns is CPU used, run_delay_ns is steal, \
      the time a vCPU could have run but had no CPU. VMs and publishers that come and go are told; Ctrl-C ends.

      An aggregate is a row like others; with --aggregate there is a row for each source and \
      function, and the greatest or least is that of the members' own rates.

      With --when only sources are shown for which a condition holds, each with the condition's \
      numbers; what cannot be told is said once on standard error. It runs on, or with --exit ends \
      the first time that it holds. The exit status is 1 where it held, else 0. In conditions are \
      rate(NAME), share(NAME) of the time, delta(NAME), p99(NAME) of a histogram, NAME for its \
      value, numbers such as 20%, 5ms and 1000/s, + - * / ??, comparisons, and, or, not.

      Examples:
        vitals watch
        vitals watch 'kvm/*/vcpu*' --stat run_ns,run_delay_ns,exits --every 500ms
        vitals watch kvm/web1/vcpu0
        vitals watch kvm --aggregate sum,max
        vitals watch app/shop --enable locks
        vitals watch --when 'rate(halt_poll_fail_ns) > 0.2'
        vitals watch --when 'share(run_delay_ns) > 10%' --exit && echo fine
        vitals watch --format json --count 10 > samples.jsonl
        vitals watch --format xcp-rrdd --to /dev/shm/metrics/vitals --every 5s
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(
    name: .long, help: ArgumentHelp("The interval, such as 500ms or 2s.", valueName: "time"),
    transform: TimeSpan.init)
  var every = TimeSpan(seconds: 1)

  @Option(
    name: .long, help: ArgumentHelp("How many intervals; without it, for ever.", valueName: "n"))
  var count: Int?

  @OptionGroup var aggregates: AggregateOptions

  @OptionGroup var demand: DemandOptions

  @Option(name: .long, help: "table, json, csv, openmetrics, prometheus or xcp-rrdd.")
  var format: OutputFormat = .table

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --format xcp-rrdd: the file that is kept up to date.", valueName: "file"))
  var to: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The columns: names with commas between them.", valueName: "names"),
    transform: NameList.init)
  var stat: NameList?

  @Flag(name: .long, help: "Also what is zero or did not move.")
  var zeros = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only sources for which this holds, such as 'rate(exits) > 1000/s'.",
      valueName: "condition"))
  var when: String?

  @Flag(name: .long, help: "With --when: end with status 1 the first time that it holds.")
  var exit = false

  func validate() throws {
    if (to != nil) != (format == .rrd) {
      throw ValidationError("--format xcp-rrdd and --to FILE belong together")
    }
    if exit, when == nil { throw ValidationError("--exit is for --when") }
    if when != nil {
      guard format == .table || format == .json else {
        throw ValidationError("--when is for --format table and json")
      }
      guard aggregates.aggregate == nil, stat == nil, observation.match == nil else {
        throw ValidationError(
          "--when shows its own numbers: leave out --stat, --match, --aggregate")
      }
    }
    guard every.nanoseconds >= 1_000_000 else {
      throw ValidationError("--every \(every) is too short; the shortest is 1ms")
    }
    try aggregates.validate(format)
    if let count, count < 1 { throw ValidationError("--count is \(count); it must be at least 1") }
  }

  func run() throws {
    // A condition that is wrong is told before anything is looked for.
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
    observer.warnOfRefusals()
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
    try keep(&file)
    var cadence = Cadence(every: every.nanoseconds, count: count, from: monotonicNanoseconds())
    while let deadline = cadence.nextDeadline() {
      observer.wait(until: deadline)
      let events = observer.refresh()
      observer.sampler.pass()
      for event in events { try view.tell(event) }
      if try !keep(&file) {
        try Console.write(
          alert?.bytes(of: observer.sampler) ?? view.bytes(of: observer.sampler))
      }
      if exit, alert?.hasHeld == true { break }
      cadence.finish(at: monotonicNanoseconds())
    }
    if alert?.hasHeld == true { throw ExitCode(CommandError.Status.foundWrong.rawValue) }
  }

  /// Brings the file up to date that was asked for: whether one was.
  @discardableResult
  private func keep(_ file: inout MetricsFile?) throws -> Bool {
    guard file != nil else { return false }
    if let remark = try file?.update() { Console.warn(remark.printable) }
    return true
  }
}

/// Names with commas between them.
struct NameList {
  let names: [String]

  init(_ text: String) throws {
    names = text.split(separator: ",").map(String.init)
    if names.isEmpty { throw ValidationError("at least one name is needed") }
  }
}
