internal import Statistics

/// What a statistic is called and how it is typed for a monitoring system.
struct MetricName: Hashable {
  /// The types of OpenMetrics that statistics have.
  enum MetricType: String, Hashable {
    case counter
    case gauge
    case histogram
    case stateset
    case unknown
  }

  /// The name without its unit and suffix: `vitals_kvm_halt_wait`.
  let stem: String
  let type: MetricType
  /// `seconds`, `bytes`, `cycles` or nothing.
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

  /// The family's name, with something before the unit where the plain one is taken.
  func family(_ distinction: String = "") -> String {
    stem + distinction + (unit.isEmpty ? "" : "_" + unit)
  }

  /// All names that a family takes: its own and those of its samples.
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
    // A counter may not be negative.
    case .cumulative: statistic.isSigned ? .unknown : .counter
    case .instant, .peak: .gauge
    case .linearHistogram, .logHistogram: .histogram
    case .state: .stateset
    case .unknown: .unknown
    }
  }

  /// The text with `_` for all that a name may not have; never empty.
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
  /// The text without the first of the suffixes that it has, if something is left.
  fileprivate func dropping(suffixes: [String]) -> String {
    for suffix in suffixes where hasSuffix(suffix) && utf8.count > suffix.utf8.count {
      return String(dropLast(suffix.count))
    }
    return self
  }
}
