import ArgumentParser
import LinuxSystem
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree

/// `vitals show`: the numbers now.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One sample of all statistics of the sources that match.",
    discussion: """
      For each group it says where the numbers come from, how old they are and how long reading \
      them took. A histogram is shown as the bounds of its median, 90th and 99th percentile: \
      the true one is not above the bound. A value that is not there is '-', never a zero.

      An aggregate says how many members it has, and what of a sum those left that have departed. \
      With --aggregate only aggregates are shown, by the functions that are asked for, with the \
      member that has the least or greatest value.

      Examples:
        vitals show kvm/web1/vcpu0
        vitals show kvm/web1 --match '*_hist' --bars
        vitals show kvm/web1/vcpu0 --every 1s         with rates over one second
        vitals show --format openmetrics              for Prometheus
        vitals show kvm --format json | jq .
        vitals show kvm --aggregate max,avg           over all vCPUs of the host
        vitals show 'kvm/web1/vcpu*' --by statistic   the vCPUs side by side
        vitals show app/shop --enable locks           a group that is kept on demand
        vitals show /dev/shm/vitals/app/shop.table    also after its publisher's end
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take two samples so far apart, and show rates and histograms of the time between.",
      valueName: "time"),
    transform: TimeSpan.init)
  var every: TimeSpan?

  @OptionGroup var aggregates: AggregateOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What comes first: a block for each source, or a table of statistics by sources.",
      valueName: "what"))
  var by: ShowOrder = .source

  @OptionGroup var demand: DemandOptions

  @Option(name: .long, help: "table, json, csv, openmetrics, prometheus or xcp-rrdd.")
  var format: OutputFormat = .table

  @Flag(name: .long, help: "Each bucket of a histogram with its exact bounds.")
  var bars = false

  @Flag(name: .long, help: "Also what is zero or did not move.")
  var zeros = false

  func validate() throws {
    try aggregates.validate(format)
    if format == .rrd, Console.size != nil {
      throw ValidationError(
        "--format xcp-rrdd writes bytes, not text: put them into a file by > FILE")
    }
    guard by == .statistic else { return }
    guard format == .table || format == .json else {
      throw ValidationError("--by statistic is for --format table and json")
    }
    guard aggregates.aggregate == nil else {
      throw ValidationError("--by statistic is not for --aggregate: take --aggregate list")
    }
  }

  func run() throws {
    let outputs = aggregates.aggregate?.outputs
    let observer = try Observer(
      observation, fallback: KnownInputs.defaultPattern, enabling: demand.enable,
      parts: outputs == nil ? .all : .aggregates)
    _ = try observer.requireSources(observation)
    observer.warnOfRefusals()
    observer.sampler.pass()
    // What is kept since now has nothing to show yet.
    let pause = every ?? (demand.enable.isEmpty ? nil : TimeSpan(seconds: 1))
    if let pause {
      observer.wait(until: monotonicNanoseconds() + pause.nanoseconds)
      _ = observer.refresh()
      observer.sampler.pass()
    }
    try observer.requireStatistics(observation)
    if outputs != nil { try observer.requireAggregates() }
    let show = ShowText(
      meanings: .builtIn, hidesZeros: !zeros, showsRates: every != nil, showsBars: bars,
      meaningWidth: Console.width ?? 100)
    try Console.write(bytes(of: observer.sampler, show, outputs))
    if observer.allAreDenied { throw ExitCode(CommandError.Status.notPermitted.rawValue) }
  }
  private func bytes(
    of sampler: Sampler, _ show: ShowText, _ outputs: [AggregateOutput]?
  ) -> [UInt8] {
    if by == .statistic {
      return format == .json
        ? StatisticJSON().line(of: sampler)
        : Array(StatisticText(show, width: Console.width ?? 100).text(of: sampler).utf8)
    }
    var view = SampleView(format, show, outputs: outputs)
    return view.bytes(of: sampler)
  }
}
