import LinuxSystem

// `.metrics`: the statistics first, in the form of metricfs.
extension MountWalk {
  private static let metricFiles = ["annotations", "fields", "values", "version"]

  mutating func checkMetrics(_ listing: MountListing) throws(SystemError) {
    guard listing.directories.contains(".metrics") else {
      return log.skip(.metrics, "there is no .metrics")
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
      // What has just gone has none, and that is noted.
      if !found.isEmpty { log.check(.metrics, "\(name(path)) has \(found)") }
      return
    }
    var texts: [String] = []
    for file in found {
      guard let bytes = try read("\(path)/\(file)", .metrics) else { return }
      texts.append(String(decoding: bytes, as: UTF8.self))
    }
    log.check(.metrics, Self.flaw(texts).map { "\(name(path)): \($0)" })
  }

  /// What is wrong with the texts of the four files; nil is nothing.
  private static func flaw(_ texts: [String]) -> String? {
    guard texts[3] == "1\n" else { return "its version is '\(texts[3])'" }
    for text in texts where !text.isEmpty && text.last != "\n" { return "'\(text)' has no end" }
    let heads = texts[1].split(separator: "\n").map(fields)
    guard heads.count == 2, heads[0].count == heads[1].count, !heads[0].isEmpty else {
      return "its fields are '\(texts[1])'"
    }
    for line in texts[2].split(separator: "\n") {
      let values = fields(line)
      guard values.count == heads[1].count else {
        return "'\(line)' has \(values.count) fields of \(heads[1].count)"
      }
      for (value, type) in zip(values, heads[1]) where type == "int" {
        guard Int64(value) != nil || UInt64(value) != nil else { return "'\(value)' is no int" }
      }
    }
    return nil
  }

  /// The words of a line: a space behind a backslash is a word's own.
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
