import LinuxSystem
import Statistics

// Groups: files of statistics, `.values` and `.binary`.
extension MountWalk {
  mutating func checkGroup(
    _ listing: MountListing, _ statistics: [String: Statistic]
  ) throws(SystemError) {
    var kinds: Set<Kind?> = []
    for (file, status) in listing.files where !file.hasPrefix(".") {
      let path = listing.path(file)
      let statistic = statistics[file]
      try checkMode(path, status, statistic)
      guard let bytes = try checkSize(path) else { continue }
      let flaw = MountText(bytes).flaw(as: statistic)
      log.check(.texts, flaw.map { "\(name(path)): \($0)" })
      // Of each kind one: the others are read by the same code.
      if kinds.insert(statistic?.kind).inserted { try checkRereading(path, statistic) }
    }
    if let values = try checkValues(listing, statistics) {
      for file in listing.statistics where values[file] == nil {
        // A histogram without samples has no lines.
        if statistics[file]?.kind.isHistogram == true { continue }
        log.check(.values, "\(name(listing.path)): \(file) is not in it")
      }
    }
    try checkBinary(listing, statistics)
  }

  // MARK: - Values

  /// The texts of `.values` by statistic.
  private mutating func checkValues(
    _ listing: MountListing, _ statistics: [String: Statistic]
  ) throws(SystemError) -> [String: MountText]? {
    let path = listing.path(".values")
    guard listing.has(".values"), let bytes = try read(path, .values) else { return nil }
    let names = Set(listing.statistics).union(statistics.keys)
    let (values, strangers) = Self.split(MountText(bytes), listing.groupNames, names)
    log.check(.values, strangers.first.map { "\(name(path)): '\($0)'" })
    for (statistic, text) in values {
      let flaw = text.flaw(as: statistics[statistic])
      log.check(.values, flaw.map { "\(name(path)): \(statistic): \($0)" })
    }
    return values
  }

  /// The texts by name, and the lines that are of no statistic.
  private static func split(
    _ text: MountText, _ groups: [String], _ names: Set<String>
  ) -> (values: [String: MountText], strangers: [Substring]) {
    var values: [String: String] = [:]
    var strangers: [Substring] = []
    for line in text.text.split(separator: "\n") {
      guard let group = groups.first(where: { line.hasPrefix($0 + " ") }) else {
        strangers.append(line)
        continue
      }
      let rest = line.dropFirst(group.count + 1)
      let first = rest.prefix { $0 != " " }
      let known =
        names.contains(String(first))
        ? String(first) : names.filter { rest.hasPrefix($0 + " ") }.max { $0.count < $1.count }
      if let known {
        values[known, default: ""] += rest.dropFirst(known.count + 1) + "\n"
      } else if canBeFile(String(first)) {
        strangers.append(line)
      }
    }
    return (values.mapValues { MountText($0) }, strangers)
  }

  /// Of a source: its lines are of its groups.
  mutating func checkSourceValues(_ listing: MountListing) throws(SystemError) {
    let path = listing.path(".values")
    guard listing.has(".values"), let bytes = try read(path, .values) else { return }
    let groups = listing.directories.flatMap { MountListing.groupNames(of: $0[...]) }
    let stranger = MountText(bytes).text.split(separator: "\n").first { line in
      !groups.contains { line.hasPrefix($0 + " ") }
    }
    log.check(.values, stranger.map { "\(name(path)): '\($0)'" })
  }

  // MARK: - .binary

  private mutating func checkBinary(
    _ listing: MountListing, _ statistics: [String: Statistic]
  ) throws(SystemError) {
    let path = listing.path(".binary")
    guard listing.has(".binary"), let bytes = try read(path, .binaryFormat) else { return }
    let name = name(path)
    progress.step("check \(path)")
    log.check(
      .binaryFormat, Self.failure(in: formats.binary(path)).map { "\(name): \($0)" })
    guard let binary = MountBinary(bytes) else {
      return log.check(.binaryFormat, "\(name) is cut short")
    }
    let ids = listing.groupNames.map { self.name(listing.parent + $0) }
    log.check(.binaryNames, ids.contains(binary.id), "\(name) says it is '\(binary.id)'")
    for file in listing.statistics where binary.schema[file] == nil {
      log.check(.binaryNames, "\(name) has no \(file)")
    }
    try compare(listing, statistics)
  }

  /// Holds the words against the texts that were read before and behind them.
  private mutating func compare(
    _ listing: MountListing, _ statistics: [String: Statistic]
  ) throws(SystemError) {
    guard listing.has(".values") else { return }
    let paths = [".values", ".binary", ".values"].map { listing.path($0) }
    let names = Set(listing.statistics)
    var problems: [String: String] = [:]
    for round in 0..<Self.tries {
      var parts: [[UInt8]] = []
      for path in paths {
        // The kernel may answer `.binary` itself, from a copy that is as old as a sample may be.
        if round > 0 { sleepNanoseconds(Self.pause) }
        guard let bytes = try read(path, .binaryValues) else { return }
        parts.append(bytes)
      }
      guard let binary = MountBinary(parts[1]) else { return }
      let texts = [parts[0], parts[2]].map {
        Self.split(MountText($0), listing.groupNames, names).values
      }
      problems = [:]
      for name in names {
        guard let words = binary.words(of: name),
          let statistic = statistics[name] ?? binary.schema[name]
        else { continue }
        // A histogram without samples has no lines.
        let pair = texts.map { $0[name] ?? MountText("") }
        if !Self.agree(pair, words, statistic) {
          problems[name] = "\(words.prefix(3)), and in the texts \(pair.map(\.text))"
        }
      }
      if problems.isEmpty { break }
    }
    let name = name(listing.path)
    let first = problems.min { $0.key < $1.key }
    log.check(.binaryValues, first.map { "\(name)/\($0): \($1)" })
  }

  /// Whether words can have been between two texts.
  private static func agree(
    _ texts: [MountText], _ words: [UInt64], _ statistic: Statistic
  ) -> Bool {
    if texts.contains(where: { $0.says(words, as: statistic) != false }) { return true }
    if statistic.kind == .cumulative, let before = texts[0].number, let after = texts[1].number {
      return before > after || words.allSatisfy { $0 >= before && $0 <= after }
    }
    if statistic.kind.isHistogram {
      let rows = texts.map { $0.rows ?? [] }
      guard let before = texts[0].counts(rows[0], statistic),
        let after = texts[1].counts(rows[1], statistic), before.count == words.count
      else { return false }
      return words.indices.allSatisfy {
        before[$0] > after[$0] || words[$0] >= before[$0] && words[$0] <= after[$0]
      }
    }
    // What moves up and down has another value at each time.
    return texts[0].text != texts[1].text
  }
}
