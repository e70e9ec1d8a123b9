/// The description of a statistic that is shown to users.
public struct Meaning: Hashable, Sendable {
  /// The name of the statistic.
  public let name: String
  /// The roles of the sources that have the statistic: `vm`, `vcpu`, `host`, `cpu`.
  public let roles: [String]
  /// The CPU architectures that have the statistic; empty for all.
  public let architectures: [String]
  /// The quantity that is counted or measured.
  public let meaning: String
  /// The events that change the value.
  public let moves: String
  /// The usual cause of a high value, and a remedy.
  public let high: String
  /// The rank of the statistic in a summary line, 1 for the most important; `nil` if a summary
  /// omits it.
  public let headline: Int?
  /// A short column heading; if it is `nil`, the heading is the name.
  public let title: String?
  /// The name of a statistic that counts the same events and others.
  public let partOf: String?
  /// The name of a statistic that is 1 during a wait; this statistic counts the wait when it ends.
  public let pendingWhile: String?
  /// The names of related statistics.
  public let related: [String]
}

/// Finds the meanings of statistics by name; the meanings are read from data files.
public struct Meanings: Sendable {
  private static let keys = [
    "on", "architectures", "meaning", "moves", "high", "headline", "title", "part-of", "while",
    "see",
  ]

  private let byName: [String: [Meaning]]

  /// All entries, sorted by name.
  public var all: [Meaning] {
    byName.sorted { $0.key < $1.key }.flatMap(\.value)
  }

  /// Parses a file of meanings; the comment at the top of such a file describes the format.
  public init(parsing text: String) throws(SectionFileError) {
    var entries: [String: [Meaning]] = [:]
    for section in try SectionFile(parsing: text, keys: Self.keys).sections {
      entries[section.name, default: []].append(try Meaning(section))
    }
    byName = entries
  }

  /// Returns the entries for a name; architectures with different meanings have separate entries.
  public func all(named name: String) -> [Meaning] {
    byName[name] ?? []
  }

  /// Returns the entry for a name that applies to an architecture.
  public func meaning(of name: String, architecture: String) -> Meaning? {
    let candidates = all(named: name)
    return candidates.first { $0.architectures.contains(architecture) }
      ?? candidates.first { $0.architectures.isEmpty }
  }
}

extension Meaning {
  fileprivate init(_ section: SectionFile.Section) throws(SectionFileError) {
    func text(_ key: String) -> String { section.values[key]?.text ?? "" }
    func words(_ key: String) -> [String] { text(key).split(separator: " ").map(String.init) }

    if let value = section.values["headline"], Int(value.text) == nil {
      throw SectionFileError(
        line: value.line, reason: "invalid headline '\(value.text)'; expected a number")
    }
    name = section.name
    roles = words("on")
    architectures = words("architectures").filter { $0 != "all" }
    meaning = try section.required("meaning").text
    moves = text("moves")
    high = text("high")
    headline = Int(text("headline"))
    title = section.values["title"]?.text
    partOf = section.values["part-of"]?.text
    pendingWhile = section.values["while"]?.text
    related = words("see")
  }
}
