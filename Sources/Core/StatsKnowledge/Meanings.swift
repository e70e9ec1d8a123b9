/// What a statistic means to a person.
public struct Meaning: Hashable, Sendable {
  /// The statistic's name.
  public let name: String
  /// Where it stands: `vm`, `vcpu`, `host`, `cpu`.
  public let places: [String]
  /// The processor architectures that have it; empty: all.
  public let architectures: [String]
  /// What is counted.
  public let meaning: String
  /// When the number moves.
  public let moves: String
  /// What a high value suggests, and what to try.
  public let high: String
  /// The rank in a summary line, 1 for the most telling; nil outside of it.
  public let headline: Int?
  /// A word or two for the head of a column; nil where the name has to do.
  public let title: String?
  /// The statistic that counts this one's events, too, with others.
  public let partOf: String?
  /// The statistic that is 1 while this one's time goes on uncounted; it is added when that ends.
  public let pendingWhile: String?
  /// The names of statistics to look at as well.
  public let related: [String]
}

/// The meanings of statistics by name: data, never code.
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

  /// Parses a meanings file; the comment at its top describes the format.
  public init(parsing text: String) throws(SectionFileError) {
    var entries: [String: [Meaning]] = [:]
    for section in try SectionFile(parsing: text, keys: Self.keys).sections {
      entries[section.name, default: []].append(try Meaning(section))
    }
    byName = entries
  }

  /// Returns the entries for a name, one for each family of architectures with its own meaning.
  public func all(named name: String) -> [Meaning] {
    byName[name] ?? []
  }

  /// Returns the meaning of a name on an architecture.
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
      throw SectionFileError(line: value.line, reason: "headline is not a number: \(value.text)")
    }
    name = section.name
    places = words("on")
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
