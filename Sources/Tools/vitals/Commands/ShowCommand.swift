import ArgumentParser
import LinuxSystem
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree

/// `vitals show`: prints the current values.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one sample of all statistics of the selected sources.",
    discussion: """
      Shows for each group the access method, the age of the values, and the duration of the read. A \
      histogram is shown as upper bounds of its median, 90th and 99th percentile. Missing values are \
      shown as '-', never as 0.

      For an aggregate, the number of its members is shown, and the part of a sum that comes from \
      members that no longer exist. With --aggregate, only aggregates are shown. They are computed by \
      the given functions; min and max also show which member has that value.

      Examples:
        vitals show kvm/web1/vcpu0
        vitals show kvm/web1 --match '*_hist' --bars
        vitals show kvm/web1/vcpu0 --every 1s         with rates over one second
        vitals show --format openmetrics              for Prometheus
        vitals show kvm --format json | jq .
        vitals show kvm --aggregate max,avg           over all vCPUs of the host
        vitals show 'kvm/web1/vcpu*' --by statistic   vCPUs side by side
        vitals show app/shop --enable locks           an on-demand group
        vitals show /dev/shm/vitals/app/shop.table    even after its publisher ended
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take two samples this far apart, and show rates and histograms of the time between.",
      valueName: "time"),
    transform: TimeSpan.init)
  var every: TimeSpan?

  @OptionGroup var aggregates: AggregateOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "source: a block for each source; statistic: a table with one row per statistic.",
      valueName: "what"))
  var by: ShowOrder = .source

  @OptionGroup var demand: DemandOptions

  @Option(name: .long, help: "table, json, csv, openmetrics, prometheus or xcp-rrdd.")
  var format: OutputFormat = .table

  @Flag(name: .long, help: "Show each bucket of a histogram with its exact bounds.")
  var bars = false

  @Flag(name: .long, help: "Include statistics that are zero or did not change.")
  var zeros = false

  func validate() throws {
    try aggregates.validate(format)
    if format == .rrd, Console.size != nil {
      throw ValidationError(
        "--format xcp-rrdd writes binary data; redirect it to a file")
    }
    guard by == .statistic else { return }
    guard format == .table || format == .json else {
      throw ValidationError("--by statistic requires --format table or json")
    }
    guard aggregates.aggregate == nil else {
      throw ValidationError("--by statistic excludes --aggregate; use --aggregate list")
    }
  }

  func run() throws {
    let outputs = aggregates.aggregate?.outputs
    let observer = try Observer(
      observation, fallback: KnownInputs.defaultPattern, enabling: demand.enable,
      parts: outputs == nil ? .all : .aggregates)
    _ = try observer.requireSources(observation)
    observer.printWarnings()
    observer.sampler.pass()
    // On-demand groups have no counts yet, so wait for a second sample.
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
