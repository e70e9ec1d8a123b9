import ArgumentParser
import StatsFormats

/// The option that selects the functions of aggregates to show.
struct AggregateOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Show only aggregates, computed by these functions, separated by commas: sum, min, max, avg, \
      zero (number of members at 0) and list (the value of each member). 'vitals watch' applies \
      the functions to the rates of the members. The formats openmetrics, prometheus and xcp-rrdd \
      contain no aggregates.
      """, valueName: "functions"),
    transform: FunctionList.init)
  var aggregate: FunctionList?

  /// Throws if the user selects aggregates for a format that has no aggregates.
  func validate(_ format: OutputFormat) throws {
    guard aggregate != nil, format.isForMonitoring else { return }
    throw ValidationError(
      "--format \(format.rawValue) has no aggregates; use table, json or csv")
  }
}

/// Parses the names of functions, separated by commas.
///
/// Ignores repeated names.
struct FunctionList {
  let outputs: [AggregateOutput]

  init(_ text: String) throws {
    var outputs: [AggregateOutput] = []
    for word in text.split(separator: ",") {
      guard let output = AggregateOutput(name: String(word)) else {
        let all = AggregateOutput.allCases.map(\.name).joined(separator: ", ")
        throw ValidationError("unknown function '\(word)'; expected one of \(all)")
      }
      if !outputs.contains(output) { outputs.append(output) }
    }
    if outputs.isEmpty { throw ValidationError("expected at least one function") }
    self.outputs = outputs
  }
}

/// The order in which `vitals show` prints values.
enum ShowOrder: String, ExpressibleByArgument, CaseIterable {
  /// A block for each source.
  case source
  /// For each family (all groups with the same name and schema), a table of statistics and sources.
  case statistic
}
