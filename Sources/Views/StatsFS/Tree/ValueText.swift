internal import Statistics
internal import StatsFormats
internal import StatsTree

/// Builds the UTF-8 text of values.
struct ValueText {
  /// The part of a line before the value: nothing, the name of a state, or a bucket's lower bound.
  private enum LineKey {
    case none
    case name(String)
    case bound(UInt64)
  }

  private var text = ByteText()
  var bytes: [UInt8] { text.bytes }
  /// Whether names are escaped as in metricfs.
  private var escapesNames = false

  /// Appends a statistic as lines that begin with `start`.
  ///
  /// A missing value is written as `-`.
  ///
  /// A histogram has one line for each bucket that has samples: the lower bound and the count of
  /// the bucket. A statistic that counts members by state has one line for each state: the name of
  /// the state and the count.
  mutating func append(_ statistic: Statistic, in reading: Reading, after start: [UInt8] = []) {
    forEachLine(of: statistic, in: reading) { text, key in
      text.text.append(start)
      text.append(key)
    } end: { text in
      text.append("\n")
    }
  }

  /// Appends the values of a statistic as lines of `start`, a key and a value.
  ///
  /// Appends nothing if the statistic has no values.
  mutating func append(records statistic: Statistic, in reading: Reading, after start: String) {
    guard reading.hasNumbers, !isInactive(statistic, reading) else { return }
    escapesNames = true
    defer { escapesNames = false }
    forEachLine(of: statistic, in: reading) { text, key in
      text.append(start)
      text.append(" ")
      text.append(key)
    } end: { text in
      text.append("\n")
    }
  }

  mutating func append(_ part: String) { text.append(part) }

  private mutating func append(_ key: LineKey) {
    switch key {
    case .none: return
    case .name(let name): append(name: name)
    case .bound(let bound): text.append(number: bound)
    }
    append(" ")
  }

  private mutating func append(name: String) { append(escapesNames ? name.escaped : name) }

  private func isInactive(_ statistic: Statistic, _ reading: Reading) -> Bool {
    statistic.kind.isHistogram
      ? reading.histogram(statistic) == nil
      : (0..<statistic.size).allSatisfy { reading.value(statistic, word: $0) == nil }
  }

  /// Appends the values line by line.
  ///
  /// Calls `begin` before the values of each line, and `end` after the values.
  private mutating func forEachLine(
    of statistic: Statistic, in reading: Reading, begin: (inout ValueText, LineKey) -> Void,
    end: (inout ValueText) -> Void
  ) {
    guard statistic.kind.isHistogram else {
      begin(&self, .none)
      for word in 0..<statistic.size {
        if word > 0 { append(" ") }
        append(word, of: statistic, in: reading)
      }
      return end(&self)
    }
    guard let histogram = reading.histogram(statistic) else {
      begin(&self, .none)
      append("-")
      return end(&self)
    }
    for (index, count) in histogram.counts.enumerated() {
      let isNamed = index < statistic.states.count
      guard isNamed || count > 0 else { continue }
      if isNamed {
        begin(&self, .name(statistic.states[index]))
      } else if !statistic.states.isEmpty {
        begin(&self, .name("(unknown)"))
      } else if let bounds = histogram.shape.bounds(of: index) {
        begin(&self, .bound(bounds.lower))
      } else {
        continue
      }
      text.append(number: count)
      end(&self)
    }
  }

  private mutating func append(_ word: Int, of statistic: Statistic, in reading: Reading) {
    guard let value = reading.value(statistic, word: word) else { return append("-") }
    if statistic.kind == .state, value < UInt64(statistic.states.count) {
      return append(name: statistic.states[Int(value)])
    }
    if statistic.isSigned {
      text.append(number: Int128(Int64(bitPattern: value)))
    } else {
      text.append(number: value)
    }
  }
}

extension String {
  /// The text, escaped as in metricfs: each space and each backslash has a backslash in front, and
  /// a newline is written as `\n`.
  var escaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case " ": text += "\\ "
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
