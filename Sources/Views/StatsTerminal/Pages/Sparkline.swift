/// Draws a line of small bars, with the bar of the newest value on the right.
enum Sparkline {
  /// Returns one bar per value.
  ///
  /// A bar of full height means the value `full`, or the maximum of the values if the maximum is
  /// larger than `full`. A missing value is drawn as a space.
  static func text(_ values: [Float], width: Int, full: Float = 0) -> String {
    let maximum = values.reduce(full) { $1.isNaN ? $0 : max($0, $1) }
    var text = String.UnicodeScalarView()
    for _ in 0..<max(0, width - values.count) { text.append(" ") }
    for value in values.suffix(width) {
      guard !value.isNaN, maximum > 0, value >= 0 else {
        text.append(value.isNaN ? " " : bars[0])
        continue
      }
      text.append(bars[min(7, Int(value / maximum * 7.99))])
    }
    return String(text)
  }

  private static let bars = Array("▁▂▃▄▅▆▇█".unicodeScalars)
}
