import Statistics

/// The contents of a small statistics filesystem, with one defect.
///
/// ```
/// /.status
/// /web1/.labels .status .values .schema .table
/// /web1/disk/reads depth size phase .values .binary .schema
/// /.metrics/disk/reads/annotations fields values version
/// ```
struct DefectiveFiles: Sendable {
  let defect: MountDefect
  /// Whether `.schema`, `.table` and `.metrics` are missing.
  let isPlain: Bool

  static let schema = Schema(packing: [
    Statistic("reads", .cumulative),
    Statistic("depth", .instant, isSigned: true),
    Statistic("size", .logHistogram, unit: .bytes, size: 8),
    Statistic("phase", .state, states: ["idle", "busy"]),
  ])

  static let directories: [String: [String]] = [
    "": ["web1", ".status", ".metrics"],
    ".metrics": ["disk"],
    ".metrics/disk": ["reads"],
    ".metrics/disk/reads": ["annotations", "fields", "values", "version"],
    "web1": ["disk", ".labels", ".status", ".values", ".schema", ".table"],
    "web1/disk": ["reads", "depth", "size", "phase", ".values", ".binary", ".schema"],
  ]

  func names(in directory: String) -> [String]? {
    guard var names = Self.directories[directory] else { return nil }
    if isPlain { names.removeAll { [".schema", ".table", ".metrics"].contains($0) } }
    if defect == .missingMetricFile { names.removeAll { $0 == "version" } }
    if directory == "web1/disk" {
      if defect == .nameTwice { names.append("reads") }
      if defect == .foreignDot { names.append(".hidden") }
    }
    return names
  }

  func isDirectory(_ path: String) -> Bool { Self.directories[path] != nil }

  func permissions(_ path: String) -> UInt32 {
    if isDirectory(path) {
      guard path == "web1/disk" else { return 0o755 }
      return defect == .openDirectory ? 0o757 : defect == .unenterableDirectory ? 0o754 : 0o555
    }
    switch path {
    case "web1/disk/reads": return defect == .strangeMode ? 0o600 : 0o644
    case "web1/disk/size": return 0o644
    case "web1/disk/depth": return defect == .writableLevel ? 0o644 : 0o444
    case "web1/disk/.values": return defect == .writableOwn ? 0o644 : 0o444
    default: return 0o444
    }
  }

  // MARK: - Contents

  /// The bytes of a file in a sample; counts increase with `sample`.
  func content(_ path: String, sample: UInt64) -> [UInt8] {
    let words = words(sample)
    switch path {
    case ".status": return Array("up\nsources 1\n".utf8)
    case "web1/.status": return Array((defect == .emptyStatus ? "" : "up\ndisk up memory\n").utf8)
    case "web1/.labels": return Array((defect == .nakedLabel ? "uuid\n" : "uuid 0-1\n").utf8)
    case "web1/.values", "web1/disk/.values": return Array(values(words).utf8)
    case "web1/.table":
      let word = defect == .noTable ? "ELATIV" : "VITALS"
      return Array((word + (defect == .badTable ? "!!" : " ok")).utf8)
    case "web1/.schema": return Array(#"{"sources":[],"groups":["disk"]}"#.utf8)
    case "web1/disk/.schema": return Array(described(sample).utf8)
    case "web1/disk/.binary": return binary(words)
    case "web1/disk/.hidden": return Array("1\n".utf8)
    case ".metrics/disk/reads/annotations":
      return Array(#"DESCRIPTION how\ often\nCUMULATIVE"#.utf8) + [UInt8(ascii: "\n")]
    case ".metrics/disk/reads/fields": return Array("source value\nstr int\n".utf8)
    case ".metrics/disk/reads/values":
      let value = defect == .metricWord ? "many" : "\(words[0])"
      return Array((#"web1\ a "# + (defect == .shortMetricLine ? "1 2" : value) + "\n").utf8)
    case ".metrics/disk/reads/version": return Array("1\n".utf8)
    default:
      let name = String(path.split(separator: "/").last ?? "")
      return Array(text(name, words).joined().utf8)
    }
  }

  private func words(_ sample: UInt64) -> [UInt64] {
    [99_000 + sample, UInt64(bitPattern: -3), 0, 2, 0, 5 + sample, 0, 0, 0, 0, 1]
  }

  /// The lines of a file.
  private func text(_ name: String, _ words: [UInt64]) -> [String] {
    switch name {
    case "reads": return ["\(words[0])" + (defect == .noNewline ? "" : "\n")]
    case "depth":
      return [defect == .word ? "three\n" : defect == .signedWord ? "--3\n" : "-3\n"]
    case "size":
      let lines = ["1 \(words[3])\n", "4 \(words[5])\n"]
      return defect == .descendingBounds ? lines.reversed() : lines
    case "phase": return ["busy\n"]
    default: return []
    }
  }

  private func values(_ words: [UInt64]) -> String {
    var lines: [String] = []
    for name in ["reads", "depth", "size", "phase"] {
      if defect == .missingLine && name == "depth" { continue }
      let sound = DefectiveFiles(defect: .none, isPlain: isPlain)
      lines += sound.text(name, words).map { "disk \(name) \($0)" }
    }
    if defect == .foreignLine { lines.append("disk writes 3\n") }
    return lines.joined()
  }

  private func described(_ sample: UInt64) -> String {
    let hash = defect == .movingHash ? "\(sample)" : "00ff"
    var kinds = [
      ("reads", #""cumulative""#), ("depth", #""instant","signed":true"#),
      ("size", #""log-histogram","size":8,"offset":16"#),
      ("phase", #""state","offset":80,"states":["idle","busy"]"#),
    ]
    if defect == .foreignStatistic { kinds.append(("writes", #""cumulative""#)) }
    if defect == .missingStatistic { kinds.removeLast() }
    let members = kinds.map { #"{"name":"\#($0.0)","kind":\#($0.1)}"# }.joined(separator: ",")
    return #"{"hash":"\#(hash)","statistics":[\#(members)]"# + (defect == .noJSON ? "" : "}")
  }

  private func binary(_ words: [UInt64]) -> [UInt8] {
    var words = words
    var statistics = Self.schema.statistics
    if defect == .otherNumber { words[1] = 4 }
    if defect == .otherCount { words[0] = 7 }
    if defect == .bucketSize { statistics[0].bucketSize = 9 }
    if defect == .foreignDescriptors { statistics[1].name = "width" }
    let id = defect == .foreignID ? "web2/disk" : "web1/disk"
    guard let schema = try? Schema(statistics), let file = try? schema.kvmFile(id: id) else {
      return []
    }
    let data = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    }
    return defect == .cutBinary ? file.bytes : file.bytes + data
  }
}
