/// A row of small bars, the newest on the right.
enum Sparkline {
  /// The bars of figures: the highest is as high as `full`, or as the largest figure if that is
  /// more; what is not known is a space.
  static func text(_ figures: [Float], width: Int, full: Float = 0) -> String {
    let most = figures.reduce(full) { $1.isNaN ? $0 : max($0, $1) }
    var text = String.UnicodeScalarView()
    for _ in 0..<max(0, width - figures.count) { text.append(" ") }
    for figure in figures.suffix(width) {
      guard !figure.isNaN, most > 0, figure >= 0 else {
        text.append(figure.isNaN ? " " : bars[0])
        continue
      }
      text.append(bars[min(7, Int(figure / most * 7.99))])
    }
    return String(text)
  }

  private static let bars = Array("▁▂▃▄▅▆▇█".unicodeScalars)
}
