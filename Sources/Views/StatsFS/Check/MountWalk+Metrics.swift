import LinuxSystem

// Checks of `.metrics`, which contains a directory for each statistic in the format of metricfs.
extension MountWalk {
  private static let metricFiles = ["annotations", "fields", "values", "version"]

  mutating func checkMetrics(_ listing: MountListing) throws(SystemError) {
    guard listing.directories.contains(".metrics") else {
      return log.skip(.metrics, "no .metrics")
    }
    let top = listing.path(".metrics")
    for group in try names(in: top) {
      for statistic in try names(in: "\(top)/\(group)") {
        try checkMetric("\(top)/\(group)/\(statistic)")
      }
    }
  }

  private mutating func names(in path: String) throws(SystemError) -> [String] {
    try attempt(.metrics, path) { () throws(SystemError) in
      try directoryEntries(path).sorted()
    } ?? []
  }

  private mutating func checkMetric(_ path: String) throws(SystemError) {
    let found = try names(in: path)
    guard found == Self.metricFiles else {
      // An empty list means that the statistic was removed, or that `names` has recorded an error.
      if !found.isEmpty { log.check(.metrics, "\(name(path)) contains \(found)") }
      return
    }
    var texts: [String] = []
    for file in found {
      guard let bytes = try read("\(path)/\(file)", .metrics) else { return }
      texts.append(String(decoding: bytes, as: UTF8.self))
    }
    log.check(.metrics, Self.problem(texts).map { "\(name(path)): \($0)" })
  }

  /// Returns the first error in the texts of the four files; nil if the texts are correct.
  private static func problem(_ texts: [String]) -> String? {
    guard texts[3] == "1\n" else { return "unknown version '\(texts[3])'" }
    for text in texts where !text.isEmpty && text.last != "\n" { return "'\(text)' has no newline" }
    let heads = texts[1].split(separator: "\n").map(fields)
    guard heads.count == 2, heads[0].count == heads[1].count, !heads[0].isEmpty else {
      return "invalid fields '\(texts[1])'"
    }
    for line in texts[2].split(separator: "\n") {
      let values = fields(line)
      guard values.count == heads[1].count else {
        return "'\(line)' has \(values.count) of \(heads[1].count) fields"
      }
      for (value, type) in zip(values, heads[1]) where type == "int" {
        guard Int64(value) != nil || UInt64(value) != nil else {
          return "'\(value)' is not an int"
        }
      }
    }
    return nil
  }

  /// Splits a line at the spaces that are not escaped by a backslash.
  private static func fields(_ line: Substring) -> [Substring] {
    var fields: [Substring] = []
    var start = line.startIndex
    var isEscaped = false
    for index in line.indices {
      if line[index] == " ", !isEscaped {
        fields.append(line[start..<index])
        start = line.index(after: index)
      }
      isEscaped = line[index] == "\\" && !isEscaped
    }
    return fields + [line[start...]]
  }
}
