import ArgumentParser
import Statistics
import StatsFormats
import StatsKnowledge
import StatsText
import StatsTree
import TableInput

/// `vitals describe`: prints the meanings of statistics.
struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Explain statistics: meaning, when they change, what a high value suggests.",
    discussion: """
      The kind, the unit and the groups that contain the statistic come from the schemas of this \
      host. Its meaning comes from a data file of Vitals or from the publisher of the statistic. A \
      statistic without a description is shown with its schema only. Without a name, all statistics \
      are listed with the first sentence of their meaning. The name of a statistic of an aggregate is \
      the name in the members plus the function: exits.max is the maximum of exits over \
      all members.

      Examples:
        vitals describe halt_poll_fail_ns
        vitals describe 'pf_*'
        vitals describe --all           statistics of every architecture
      """)

  @Argument(help: "Names or patterns, such as exits or 'halt_*'.", transform: PathPattern.init)
  var names: [PathPattern] = []

  @Flag(name: .long, help: "Include statistics of other architectures.")
  var all = false

  @Option(name: .long, help: "table or json.")
  var format: DescriptionFormat = .table

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory of publishers (default: the standard directories).", valueName: "dir")
  )
  var tables: String?

  func run() throws {
    var directories = TableInput.Options()
    if let tables {
      directories.socketDirectory = tables
      directories.tableDirectory = tables
    }
    let known = KnownStatistics(tables: directories)
    let meanings = Meanings.builtIn
    var candidates = Set(known.forms.keys)
    if all || !names.isEmpty { candidates.formUnion(meanings.all.map(\.name)) }
    let selected =
      try names.isEmpty ? candidates.sorted().map { ($0, nil) } : selected(from: candidates)
    guard !selected.isEmpty else { throw unknownStatistic(candidates) }
    let descriptions = selected.map { name, function in
      StatisticDescription(
        name: name, function: function, forms: known.forms[name] ?? [],
        meanings: meanings.all(named: name).filter { all || $0.isOfThisHost || !$0.isElsewhere })
    }
    switch format {
    case .json:
      try Console.write(StatisticDescription.json(of: descriptions))
    case .table where names.isEmpty:
      for description in descriptions {
        Console.print(description.line(width: Console.width ?? 100))
      }
    case .table:
      let width = min(Console.width ?? 80, 100)
      try Console.write(descriptions.map { $0.text(width: width) }.joined(separator: "\n"))
    }
  }

  /// Returns the requested names.
  ///
  /// A name such as `exits.max` stands for the function `max` of `exits`.
  private func selected(
    from candidates: Set<String>
  ) throws -> [(name: String, function: AggregateFunction?)] {
    var patterns: [(pattern: Pattern, function: AggregateFunction?)] = []
    for name in names {
      let aggregate = AggregateName(name.text)
      if let aggregate, !candidates.contains(where: { name.pattern.matches($0) }) {
        patterns.append((try PathPattern(aggregate.base).pattern, aggregate.function))
      } else {
        patterns.append((name.pattern, nil))
      }
    }
    return candidates.sorted().flatMap { candidate in
      var functions: [AggregateFunction?] = []
      for (pattern, function) in patterns
      where pattern.matches(candidate) && !functions.contains(function) {
        functions.append(function)
      }
      return functions.map { (candidate, $0) }
    }
  }

  private func unknownStatistic(_ candidates: Set<String>) -> CommandError {
    let requested = names.map(\.text).joined(separator: " ")
    let near = candidates.filter { name in
      names.contains { name.contains($0.text) || $0.text.contains(name) }
    }.sorted()
    return CommandError(
      status: .nothingThere,
      text: "unknown statistic '\(requested)'"
        + (near.isEmpty
          ? " ('vitals describe --all' lists all names)"
          : "; did you mean \(near.prefix(4).joined(separator: ", "))?"))
  }
}

/// The output format of `vitals describe`.
enum DescriptionFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
}

extension Meaning {
  /// The architecture of this program, with the name that meanings use.
  static var thisArchitecture: String {
    #if arch(x86_64) || arch(i386)
    "x86"
    #elseif arch(arm64)
    "arm64"
    #elseif arch(riscv64)
    "riscv"
    #elseif arch(s390x)
    "s390"
    #elseif arch(powerpc64) || arch(powerpc64le)
    "powerpc"
    #else
    "other"
    #endif
  }

  /// Whether the statistic exists on this architecture.
  var isOfThisHost: Bool { architectures.contains(Self.thisArchitecture) || architectures.isEmpty }

  /// Whether the statistic exists on other architectures only.
  var isElsewhere: Bool { !isOfThisHost && Self.thisArchitecture != "other" }
}
