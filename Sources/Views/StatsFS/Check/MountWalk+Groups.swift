import LinuxSystem
import Statistics

// Checks of the files of a group: the statistics, `.values` and `.binary`.
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
      let problem = MountText(bytes).problem(as: statistic)
      log.check(.texts, problem.map { "\(name(path)): \($0)" })
      // Read only one file of each kind again, because the same code of the server serves all files
      // of a kind.
      if kinds.insert(statistic?.kind).inserted { try checkRereading(path, statistic) }
    }
    if let values = try checkValues(listing, statistics) {
      for file in listing.statistics where values[file] == nil {
        // A histogram without samples has no lines.
        if statistics[file]?.kind.isHistogram == true { continue }
        log.check(.values, "\(name(listing.path)): no lines for \(file)")
      }
    }
    try checkBinary(listing, statistics)
  }

  // MARK: - Values

  /// Checks `.values`, and returns the text of each statistic in the file.
  private mutating func checkValues(
    _ listing: MountListing, _ statistics: [String: Statistic]
  ) throws(SystemError) -> [String: MountText]? {
    let path = listing.path(".values")
    guard listing.has(".values"), let bytes = try read(path, .values) else { return nil }
    let names = Set(listing.statistics).union(statistics.keys)
    let (values, strangers) = Self.split(MountText(bytes), listing.groupNames, names)
    log.check(.values, strangers.first.map { "\(name(path)): '\($0)'" })
    for (statistic, text) in values {
      let problem = text.problem(as: statistics[statistic])
      log.check(.values, problem.map { "\(name(path)): \(statistic): \($0)" })
    }
    return values
  }

  /// Splits `.values` into the text of each statistic and the lines that belong to no statistic.
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

  /// Checks that the lines in `.values` of a source belong to its groups.
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
      return log.check(.binaryFormat, "\(name) is truncated")
    }
    let ids = listing.groupNames.map { self.name(listing.parent + $0) }
    log.check(.binaryNames, ids.contains(binary.id), "\(name) has the id '\(binary.id)'")
    for file in listing.statistics where binary.schema[file] == nil {
      log.check(.binaryNames, "\(name) has no descriptor for \(file)")
    }
    try compare(listing, statistics)
  }

  /// Compares the words of `.binary` with the texts of `.values` that were read before and after
  /// `.binary`.
  private mutating func compare(
    _ listing: MountListing, _ statistics: [String: Statistic]
  ) throws(SystemError) {
    guard listing.has(".values") else { return }
    let paths = [".values", ".binary", ".values"].map { listing.path($0) }
    let names = Set(listing.statistics)
    var problems: [String: String] = [:]
    for round in 0..<Self.maximumAttempts {
      var parts: [[UInt8]] = []
      for path in paths {
        // With passthrough, `.binary` is a copy that the server rewrites every 10 ms. The pause is
        // longer.
        if round > 0 { sleepNanoseconds(Self.retryDelay) }
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
          problems[name] = "\(words.prefix(3)) in .binary, \(pair.map(\.text)) in .values"
        }
      }
      if problems.isEmpty { break }
    }
    let name = name(listing.path)
    let first = problems.min { $0.key < $1.key }
    log.check(.binaryValues, first.map { "\(name)/\($0): \($1)" })
  }

  /// Returns `true` if the statistic could have had the value `words` at a time between the two
  /// texts.
  private static func agree(
    _ texts: [MountText], _ words: [UInt64], _ statistic: Statistic
  ) -> Bool {
    if texts.contains(where: { $0.matches(words, as: statistic) != false }) { return true }
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
    // A level that differs between the two texts can have had any value in between.
    return texts[0].text != texts[1].text
  }
}
