/// The dimension of a number, as the exponents of seconds, bytes, cycles and events.
///
/// A share of time is seconds per second, which is dimensionless.
struct Dimension: Hashable, Sendable {
  var seconds = 0
  var bytes = 0
  var cycles = 0
  /// The exponent of counted events: 1 for `exits` and `rate(exits)`, 0 for a ratio of two counts.
  ///
  /// This exponent only affects the display, because formulas are allowed to compare counts with
  /// ratios.
  var events = 0

  static let ratio = Dimension()
  static let count = Dimension(events: 1)
  static let duration = Dimension(seconds: 1)
  static let size = Dimension(bytes: 1)
  static let frequency = Dimension(seconds: -1, events: 1)

  func times(_ other: Dimension, power: Int = 1) -> Dimension {
    Dimension(
      seconds: seconds + power * other.seconds, bytes: bytes + power * other.bytes,
      cycles: cycles + power * other.cycles, events: events + power * other.events)
  }

  /// Returns `true` if numbers of both dimensions can be added and compared.
  func isCompatible(with other: Dimension) -> Bool {
    seconds == other.seconds && bytes == other.bytes && cycles == other.cycles
  }
}

extension Dimension: CustomStringConvertible {
  /// The dimension in words, for example `a number per second`.
  var description: String {
    let parts = [(seconds, "seconds"), (bytes, "bytes"), (cycles, "cycles")]
    func words(_ sign: Int) -> String {
      parts.filter { $0.0 * sign > 0 }.map { power, word in
        abs(power) == 1 ? word : "\(word)^\(abs(power))"
      }.joined(separator: " * ")
    }
    let (above, below) = (words(1), words(-1))
    if below.isEmpty { return above.isEmpty ? "a plain number" : above }
    let per = below == "seconds" ? "second" : below
    return "\(above.isEmpty ? "a number" : above) per \(per)"
  }
}
