internal import Statistics

/// Derives the name, type and unit of a metric from a statistic.
struct MetricName: Hashable {
  /// The OpenMetrics types that statistics can have.
  enum MetricType: String, Hashable {
    case counter
    case gauge
    case histogram
    case stateset
    case unknown
  }

  /// The name without unit and suffix, such as `vitals_kvm_halt_wait`.
  let stem: String
  let type: MetricType
  /// The unit: `seconds`, `bytes`, `cycles` or empty.
  let unit: String

  init(_ statistic: Statistic, inGroup group: String) {
    type = Self.type(of: statistic)
    let hasUnit = [.seconds, .bytes, .cycles].contains(statistic.unit) && type != .stateset
    unit = hasUnit && statistic.scale.isExact ? statistic.unit.description : ""
    var name = Self.cleaned(statistic.name)
    let isPeak = statistic.kind == .peak
    if type == .counter { name = name.dropping(suffixes: ["_total"]) }
    switch unit {
    case "seconds":
      name = name.dropping(suffixes: ["_ns", "_us", "_ms", "_usec", "_nsec", "_msec", "_seconds"])
    case "bytes": name = name.dropping(suffixes: ["_bytes"])
    case "cycles": name = name.dropping(suffixes: ["_cycles"])
    default: break
    }
    if isPeak, !name.hasPrefix("max_"), !name.hasSuffix("_max") { name += "_max" }
    stem = "vitals_\(Self.cleaned(group))_\(name)"
  }

  /// Returns the name of the family, with `distinction` inserted before the unit.
  func family(_ distinction: String = "") -> String {
    stem + distinction + (unit.isEmpty ? "" : "_" + unit)
  }

  /// Returns all names that a family uses: the name of the family and the names of its samples.
  func names(ofFamily family: String) -> [String] {
    switch type {
    case .counter: [family, family + "_total", family + "_created"]
    case .histogram:
      [family, family + "_bucket", family + "_sum", family + "_count", family + "_created"]
    case .gauge, .stateset, .unknown: [family]
    }
  }

  private static func type(of statistic: Statistic) -> MetricType {
    switch statistic.kind {
    // OpenMetrics does not allow negative counters.
    case .cumulative: statistic.isSigned ? .unknown : .counter
    case .instant, .peak: .gauge
    case .linearHistogram, .logHistogram: .histogram
    case .state: .stateset
    case .unknown: .unknown
    }
  }

  /// Replaces characters that are not allowed in names by `_`.
  ///
  /// The result is never empty.
  static func cleaned(_ text: String) -> String {
    let bytes = text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        byte
      default: UInt8(ascii: "_")
      }
    }
    return bytes.isEmpty ? "unnamed" : String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// Removes the first suffix that matches and that is shorter than the text.
  fileprivate func dropping(suffixes: [String]) -> String {
    for suffix in suffixes where hasSuffix(suffix) && utf8.count > suffix.utf8.count {
      return String(dropLast(suffix.count))
    }
    return self
  }
}
