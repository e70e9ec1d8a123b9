import RRDFormat
import Statistics

/// Converts the eight bytes of a value to a word (a 64-bit integer), exactly except for the last
/// decimal.
struct RRDWord: Hashable {
  enum Form: Hashable {
    case integer
    /// A floating point number, multiplied by `power` and rounded.
    case float(power: UInt64)
  }

  let form: Form
  let isSigned: Bool

  /// Converts a value.
  ///
  /// - Returns: The word. For NaN and for numbers that do not fit, the marker for a missing value.
  func word(_ raw: UInt64) -> UInt64 {
    let marker = isSigned ? Inactive.signed : Inactive.unsigned
    let value: Int64
    switch form {
    case .integer: value = Int64(bitPattern: raw)
    case .float(let power):
      guard let rounded = FixedPoint(Double(bitPattern: raw), power: power)?.rounded else {
        return marker
      }
      value = rounded
    }
    return isSigned || value >= 0 ? UInt64(bitPattern: value) : marker
  }
}

extension RRDDataSource {
  /// The statistic for the data source, and the conversion of its values.
  ///
  /// For a total, the metadata contains the unit of the rate, such as `B/s`; the statistic gets the
  /// unit of the total. A total whose rate is a `(fraction)` is a time in seconds.
  var statistic: (Statistic, RRDWord) {
    let isTotal = behaviour == .derive
    // A total starts at zero and never becomes negative; if it falls, it was reset. The bounds
    // apply to the number that xcp-rrdd shows. If that number is 1 minus the value, a maximum of 1
    // means that the value is not negative.
    let isSigned = !isTotal && (isInverse ? maximum > 1 : minimum < 0)
    let measure = Measure(units, isTotal: isTotal)
    let scale: Scale
    let form: RRDWord.Form
    switch (valueType, measure.scale.base) {
    case (.int64, _): (scale, form) = (measure.scale, .integer)
    case (.float, .two):
      // Convert KiB, MiB and GiB to whole bytes.
      (scale, form) = (.one, .float(power: 1 << UInt64(measure.scale.exponent)))
    case (.float, _):
      let decimals = max(0, measure.decimals + Int(measure.scale.exponent))
      scale = Scale(base: .ten, exponent: measure.scale.exponent - Int16(decimals))
      form = .float(power: powerOfTen(decimals))
    }
    let statistic = Statistic(
      name, isTotal ? .cumulative : .instant, unit: measure.unit, scale: scale,
      isSigned: isSigned, meaning: fullMeaning(measure))
    return (statistic, RRDWord(form: form, isSigned: isSigned))
  }

  /// The meaning of the statistic for the user, in complete sentences.
  private func fullMeaning(_ measure: Measure) -> String {
    var sentences = meaning.isEmpty ? [] : [meaning]
    if !units.isEmpty, !measure.isKnown {
      sentences.append(behaviour == .derive ? "Its rate is in \(units)." : "In \(units).")
    }
    if behaviour == .absolute { sentences.append("Counted since the previous update.") }
    if isInverse {
      sentences.append("xcp-rrdd shows 1 minus \(behaviour == .gauge ? "it" : "its rate").")
    }
    return sentences.joined(separator: " ")
  }
}

/// The unit of a statistic, parsed from the notation of xcp-rrdd's plugins.
private struct Measure {
  private(set) var unit = Unit.none
  private(set) var scale = Scale.one
  /// The number of decimal places that a float keeps, in a unit of scale 1.
  private(set) var decimals = 6
  /// Whether `unit` and `scale` express the text completely.
  private(set) var isKnown = true

  init(_ text: String, isTotal: Bool) {
    var text = text
    if isTotal {
      if text == "(fraction)" {
        text = "s"
      } else if text.hasSuffix("/s") {
        text.removeLast(2)
      } else if !text.isEmpty {
        isKnown = false
        return
      }
    }
    switch text {
    case "s": (unit, decimals) = (.seconds, 9)
    case "ms": (unit, scale, decimals) = (.seconds, Scale(base: .ten, exponent: -3), 9)
    case "us", "μs", "µs": (unit, scale, decimals) = (.seconds, .micro, 9)
    case "ns": (unit, scale, decimals) = (.seconds, .nano, 9)
    case "B", "bytes": (unit, decimals) = (.bytes, 0)
    case "KiB": (unit, scale) = (.bytes, Scale(base: .two, exponent: 10))
    case "MiB": (unit, scale) = (.bytes, Scale(base: .two, exponent: 20))
    case "GiB": (unit, scale) = (.bytes, Scale(base: .two, exponent: 30))
    case "": break
    default: isKnown = false
    }
  }
}
