/// A strict checker of OpenMetrics 1.0.
struct OpenMetricsChecker {
  private(set) var errors: [String] = []
  private(set) var sampleCount = 0
  private var family = ""
  private var type = ""
  private var hasSamples = false
  private var seenFamilies: Set<String> = []
  private var seenNames: Set<String> = []
  private var seenSeries: Set<String> = []
  // The state of the current histogram.
  private var bucketSeries = ""
  private var lastBound = -Double.infinity
  private var lastCount: UInt64 = 0
  private var infinities: [String: UInt64] = [:]
  private var counts: [String: UInt64] = [:]
  private var sums: Set<String> = []

  private static let suffixes: [String: [String]] = [
    "counter": ["_total"], "gauge": [""], "unknown": [""], "stateset": [""], "info": ["_info"],
    "histogram": ["_bucket", "_sum", "_count"],
  ]

  init(_ text: String) {
    guard text.hasSuffix("# EOF\n") else {
      errors.append("missing # EOF")
      return
    }
    for line in text.dropLast("# EOF\n".count).split(separator: "\n") {
      if line.hasPrefix("# ") { descriptor(String(line)) } else { sample(String(line)) }
    }
    endFamily()
  }

  private mutating func descriptor(_ line: String) {
    let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else {
      errors.append("descriptor: \(line)")
      return
    }
    let name = String(parts[2])
    switch parts[1] {
    case "TYPE":
      endFamily()
      (family, type, hasSamples) = (name, String(parts[3]), false)
      if !seenFamilies.insert(name).inserted { errors.append("family twice: \(name)") }
      guard let suffixes = Self.suffixes[type] else {
        errors.append("type: \(line)")
        return
      }
      for taken in Set([""] + suffixes) where !seenNames.insert(name + taken).inserted {
        errors.append("name clash: \(name + taken)")
      }
    case "UNIT":
      if !name.hasSuffix("_" + parts[3]) { errors.append("unit is not a suffix: \(line)") }
      if type == "stateset" || type == "info" { errors.append("unit of \(type)") }
    case "HELP": break
    default: errors.append("comment: \(line)")
    }
    if name != family { errors.append("descriptor outside of its family: \(line)") }
    if hasSamples { errors.append("descriptor after samples: \(line)") }
  }

  private mutating func sample(_ line: String) {
    sampleCount += 1
    hasSamples = true
    guard let parsed = Self.parse(line), let value = Double(parsed.value) else {
      errors.append("sample: \(line)")
      return
    }
    guard let suffixes = Self.suffixes[type],
      let suffix = suffixes.first(where: { family + $0 == parsed.name })
    else {
      errors.append("sample outside of its family: \(line)")
      return
    }
    let names = parsed.labels.map(\.name)
    if Set(names).count != names.count { errors.append("label twice: \(line)") }
    let series = parsed.labels.map { "\($0.name)=\($0.value.debugDescription)" }.sorted()
    if !seenSeries.insert(parsed.name + series.joined(separator: ",")).inserted {
      errors.append("series twice: \(line)")
    }
    if type == "counter", !(value >= 0) { errors.append("counter: \(line)") }
    if type == "info", parsed.value != "1" { errors.append("info: \(line)") }
    if type == "stateset", !names.contains(family) { errors.append("stateset: \(line)") }
    if type == "stateset", parsed.value != "0", parsed.value != "1" { errors.append(line) }
    let identity = series.filter { !$0.hasPrefix("le=") }.joined(separator: ",")
    switch suffix {
    case "_bucket":
      bucket(line, parsed.labels.last { $0.name == "le" }?.value, parsed.value, identity)
    case "_sum": sums.insert(identity)
    case "_count": counts[identity] = UInt64(parsed.value)
    default: break
    }
  }

  private mutating func bucket(_ line: String, _ le: String?, _ value: String, _ identity: String) {
    guard let le, let count = UInt64(value) else {
      errors.append("bucket: \(line)")
      return
    }
    if bucketSeries != identity {
      (bucketSeries, lastBound, lastCount) = (identity, -.infinity, 0)
    }
    let isCanonical = le == "+Inf" || le.contains(".") || le.contains("e")
    guard isCanonical, let bound = le == "+Inf" ? .infinity : Double(le), bound > lastBound,
      count >= lastCount
    else {
      errors.append("bucket order: \(line)")
      return
    }
    if le == "+Inf" { infinities[identity] = count }
    (lastBound, lastCount) = (bound, count)
  }

  private mutating func endFamily() {
    if !family.isEmpty, !hasSamples { errors.append("no samples: \(family)") }
    if type == "histogram" {
      if infinities.isEmpty { errors.append("no +Inf: \(family)") }
      if Set(counts.keys) != sums { errors.append("_sum and _count differ: \(family)") }
      for (identity, count) in counts where infinities[identity] != count {
        errors.append("+Inf differs from the count: \(family)")
      }
    }
    (infinities, counts, sums, bucketSeries) = ([:], [:], [], "")
  }

  /// Parses a sample into name, labels and value; nil if it is malformed.
  static func parse(
    _ line: String
  ) -> (name: String, labels: [(name: String, value: String)], value: String)? {
    var rest = line[...]
    func takeName() -> String? {
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      rest = rest.dropFirst(name.count)
      guard let first = name.first, !first.isNumber else { return nil }
      return String(name)
    }
    guard let name = takeName() else { return nil }
    var labels: [(name: String, value: String)] = []
    if rest.first == "{" {
      rest.removeFirst()
      while true {
        guard let label = takeName(), rest.hasPrefix("=\"") else { return nil }
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
          guard character == "\\" else {
            value.append(character)
            continue
          }
          switch rest.popFirst() {
          case "n": value.append("\n")
          case "\\": value.append("\\")
          case "\"": value.append("\"")
          default: return nil
          }
        }
        labels.append((label, value))
        guard let next = rest.popFirst() else { return nil }
        if next == "}" { break }
        guard next == "," else { return nil }
      }
    }
    guard rest.first == " " else { return nil }
    let value = rest.dropFirst()
    return value.contains(" ") ? nil : (name, labels, String(value))
  }
}
