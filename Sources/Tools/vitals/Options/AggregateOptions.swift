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
  let functions: [AggregateFunction]

  init(_ text: String) throws {
    var functions: [AggregateFunction] = []
    for word in text.split(separator: ",") {
      guard let function = AggregateFunction(rawValue: String(word)) else {
        let all = AggregateFunction.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("there is no function '\(word)'; there are \(all)")
      }
      if !functions.contains(function) { functions.append(function) }
    }
    if functions.isEmpty { throw ValidationError("at least one function is needed") }
    self.functions = functions
  }
}

/// What comes first in `vitals show`.
enum ShowOrder: String, ExpressibleByArgument, CaseIterable {
  /// A block for each source.
  case source
  /// A table of statistics by sources for each family.
  case statistic
}
