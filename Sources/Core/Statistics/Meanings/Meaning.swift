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
  /// A line of a meanings file that is not understood.
  public struct Flaw: Error, Hashable, Sendable {
    public let line: Int
    public let reason: String
  }

  private let byName: [String: [Meaning]]

  /// All entries, in the order of their names.
  public var all: [Meaning] {
    byName.sorted { $0.key < $1.key }.flatMap(\.value)
  }

  /// Reads the text of a meanings file; its first lines describe the form.
  public init(parsing text: String) throws(Flaw) {
    var entries: [String: [Meaning]] = [:]
    var name: String?
    var fields: [String: String] = [:]
    var lastKey: String?
    var nameLine = 0

    func finish() throws(Flaw) {
      guard let finished = name else { return }
      guard let meaning = fields["meaning"] else {
        throw Flaw(line: nameLine, reason: "[\(finished)] has no meaning")
      }
      func words(_ key: String) -> [String] {
        (fields[key] ?? "").split(separator: " ").map(String.init)
      }
      entries[finished, default: []].append(
        Meaning(
          name: finished, places: words("on"),
          architectures: words("architectures").filter { $0 != "all" }, meaning: meaning,
          moves: fields["moves"] ?? "", high: fields["high"] ?? "",
          headline: fields["headline"].flatMap { Int($0) }, title: fields["title"],
          partOf: fields["part-of"], pendingWhile: fields["while"],
          related: words("see")))
    }

    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.isEmpty || line.first == "#" { continue }
      if line.first == "[" {
        guard line.last == "]", line.count > 2 else {
          throw Flaw(line: number, reason: "a name must stand as [name]")
        }
        try finish()
        name = String(line.dropFirst().dropLast())
        nameLine = number
        fields = [:]
        lastKey = nil
      } else if line.first == " " {
        guard let key = lastKey else {
          throw Flaw(line: number, reason: "nothing to continue here")
        }
        let rest = line.drop { $0 == " " }
        fields[key, default: ""] += " " + rest
      } else {
        guard name != nil, let colon = line.firstIndex(of: ":") else {
          throw Flaw(line: number, reason: "neither [name] nor key: value")
        }
        let key = String(line[..<colon])
        guard fields[key] == nil else { throw Flaw(line: number, reason: "\(key) stands twice") }
        let value = String(line[line.index(after: colon)...].drop { $0 == " " })
        guard key != "headline" || Int(value) != nil else {
          throw Flaw(line: number, reason: "headline is no number: \(value)")
        }
        fields[key] = value
        lastKey = key
      }
    }
    try finish()
    byName = entries
  }

  /// The meanings of a name, one for each family of architectures on which it differs.
  public func all(named name: String) -> [Meaning] {
    byName[name] ?? []
  }

  /// The meaning of a name on an architecture.
  public func meaning(of name: String, architecture: String) -> Meaning? {
    let candidates = all(named: name)
    return candidates.first { $0.architectures.contains(architecture) }
      ?? candidates.first { $0.architectures.isEmpty }
  }
}
