import RRDFormat
import Statistics

/// How the eight bytes of a value become a word, exactly but for the last decimal.
struct RRDWord: Hashable {
  enum Form: Hashable {
    case integer
    /// In units of a `power`th.
    case float(power: UInt64)
  }

  let form: Form
  let isSigned: Bool

  /// The word; the inactive marker of what is no number, or none that a word can hold.
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
  /// The statistic that the data source is, and how its values are read.
  ///
  /// Of a total the metadata has the unit of the rate, `B/s`; the statistic has that of the total. A
  /// part of the time that a total of it has per second, `(fraction)`, makes it seconds.
  var statistic: (Statistic, RRDWord) {
    let isTotal = behaviour == .derive
    // A total grows from zero; where it falls it began again. Bounds are those of what xcp-rrdd shows,
    // and what is shown as at most 1 by 1 minus it is not negative.
    let isSigned = !isTotal && (isInverse ? greatest > 1 : least < 0)
    let measure = Measure(units, isTotal: isTotal)
    let scale: Scale
    let form: RRDWord.Form
    switch (valueType, measure.scale.base) {
    case (.int64, _): (scale, form) = (measure.scale, .integer)
    case (.float, .two):
      // KiB and more in whole bytes.
      (scale, form) = (.one, .float(power: 1 << UInt64(measure.scale.exponent)))
    case (.float, _):
      let decimals = max(0, measure.decimals + Int(measure.scale.exponent))
      scale = Scale(base: .ten, exponent: measure.scale.exponent - Int16(decimals))
      form = .float(power: powerOfTen(decimals))
    }
    let statistic = Statistic(
      name, isTotal ? .cumulative : .instant, unit: measure.unit, scale: scale,
      isSigned: isSigned, meaning: words(measure))
    return (statistic, RRDWord(form: form, isSigned: isSigned))
  }

  /// What a person should know of it, in a sentence or more.
  private func words(_ measure: Measure) -> String {
    var words = meaning.isEmpty ? [] : [meaning]
    if !units.isEmpty, !measure.isKnown {
      words.append(behaviour == .derive ? "Its rate is in \(units)." : "In \(units).")
    }
    if behaviour == .absolute { words.append("Counted since the file's update before.") }
    if isInverse {
      words.append("xcp-rrdd shows 1 minus \(behaviour == .gauge ? "it" : "its rate").")
    }
    return words.joined(separator: " ")
  }
}

/// A unit in the words of xcp-rrdd's plugins.
private struct Measure {
  private(set) var unit = Unit.none
  private(set) var scale = Scale.one
  /// The decimals of the unit itself that are kept of a float.
  private(set) var decimals = 6
  /// Whether unit and scale say all that the text does.
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
