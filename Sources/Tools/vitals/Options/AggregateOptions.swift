import ArgumentParser
import StatsFormats

/// Which functions of aggregates are shown.
struct AggregateOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Only aggregates, by these functions with commas between them: sum, min, max, avg, zero (how \
      many have 0) and list (each member's own). Of counts that grow, watch folds the members' \
      rates. Not for openmetrics, prometheus and xcp-rrdd: their readers sum by themselves, and \
      aggregates are never part of those formats.
      """, valueName: "functions"),
    transform: FunctionList.init)
  var aggregate: FunctionList?

  /// Fails where a format has no aggregates.
  func validate(_ format: OutputFormat) throws {
    guard aggregate != nil, format.isForMonitoring else { return }
    throw ValidationError(
      "--aggregate is not for --format \(format.rawValue), whose readers sum by themselves; "
        + "take table, json or csv")
  }
}

/// Functions with commas between them, each once.
struct FunctionList {
  let outputs: [AggregateOutput]

  init(_ text: String) throws {
    var outputs: [AggregateOutput] = []
    for word in text.split(separator: ",") {
      guard let output = AggregateOutput(name: String(word)) else {
        let all = AggregateOutput.allCases.map(\.name).joined(separator: ", ")
        throw ValidationError("there is no function '\(word)'; there are \(all)")
      }
      if !outputs.contains(output) { outputs.append(output) }
    }
    if outputs.isEmpty { throw ValidationError("at least one function is needed") }
    self.outputs = outputs
  }
}

/// What comes first in `vitals show`.
enum ShowOrder: String, ExpressibleByArgument, CaseIterable {
  /// A block for each source.
  case source
  /// A table of statistics by sources for each family.
  case statistic
}
