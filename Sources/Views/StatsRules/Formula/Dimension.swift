/// What a number is measured in: seconds, bytes, cycles and events, each to a power.
///
/// A share of time is seconds per second, which is no unit at all.
struct Dimension: Hashable, Sendable {
  var seconds = 0
  var bytes = 0
  var cycles = 0
  /// Things counted: `exits` has 1, `rate(exits)` has 1 per second, a ratio of two counts has 0.
  ///
  /// Only for people; a count and a ratio may be compared.
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

  /// Whether numbers of both can be added and compared.
  func fits(_ other: Dimension) -> Bool {
    seconds == other.seconds && bytes == other.bytes && cycles == other.cycles
  }
}

extension Dimension: CustomStringConvertible {
  /// In words, such as `a number per second`.
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
