internal import Statistics
internal import StatsFormats
internal import StatsTree

/// Text of values under construction, as UTF-8.
struct ValueText {
  private var text = ByteText()
  var bytes: [UInt8] { text.bytes }
  /// Whether names are as metricfs has texts.
  private var escapesNames = false

  /// Adds a statistic as lines, each behind `start`; `-` where it has no value.
  ///
  /// A histogram has a line for each bucket with samples, with its lowest value; what was counted by
  /// name has one for each name.
  mutating func append(_ statistic: Statistic, in reading: Reading, behind start: [UInt8] = []) {
    forEachLine(of: statistic, in: reading) { text, key in
      text.text.append(start)
      if let key {
        text.append(name: key)
        text.append(" ")
      }
    } end: { text in
      text.append("\n")
    }
  }

  /// Adds the values of a statistic as records, each with its key behind `start`; none where there is
  /// no value.
  mutating func append(records statistic: Statistic, in reading: Reading, behind start: String) {
    guard reading.hasNumbers, !isInactive(statistic, reading) else { return }
    escapesNames = true
    defer { escapesNames = false }
    forEachLine(of: statistic, in: reading) { text, key in
      text.append(start)
      text.append(" ")
      if let key {
        text.append(name: key)
        text.append(" ")
      }
    } end: { text in
      text.append("\n")
    }
  }

  mutating func append(_ part: String) { text.append(part) }

  private mutating func append(name: String) { append(escapesNames ? name.escaped : name) }

  private func isInactive(_ statistic: Statistic, _ reading: Reading) -> Bool {
    statistic.kind.isHistogram
      ? reading.histogram(statistic) == nil
      : (0..<statistic.size).allSatisfy { reading.value(statistic, word: $0) == nil }
  }

  /// Adds the values line by line; `begin` has the name or bound that a value is of.
  private mutating func forEachLine(
    of statistic: Statistic, in reading: Reading, begin: (inout ValueText, String?) -> Void,
    end: (inout ValueText) -> Void
  ) {
    guard statistic.kind.isHistogram else {
      begin(&self, nil)
      for word in 0..<statistic.size {
        if word > 0 { append(" ") }
        append(word, of: statistic, in: reading)
      }
      return end(&self)
    }
    guard let histogram = reading.histogram(statistic) else {
      begin(&self, nil)
      append("-")
      return end(&self)
    }
    for (index, count) in histogram.counts.enumerated() {
      let isNamed = index < statistic.states.count
      guard isNamed || count > 0 else { continue }
      if isNamed {
        begin(&self, statistic.states[index])
      } else if !statistic.states.isEmpty {
        begin(&self, "(unknown)")
      } else if let bounds = histogram.shape.bounds(of: index) {
        begin(&self, "\(bounds.lower)")
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
  /// As metricfs has texts: a backslash before spaces and backslashes, a newline as `\n`.
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
