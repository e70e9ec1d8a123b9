internal import Statistics
internal import StatsTree

/// Writes the samples of one metric family.
struct MetricWriter {
  var text: ByteText
  private let type: MetricName.MetricType
  private let family: [UInt8]
  // The names with their suffixes. They are built once, so that each sample is copied from finished
  // parts.
  private let plain: [UInt8]
  private let bucket: [UInt8]

  init(_ name: String, _ type: MetricName.MetricType, _ text: ByteText) {
    self.text = text
    self.type = type
    family = Array(name.utf8)
    plain = Array((type == .counter ? name + "_total" : name).utf8)
    bucket = Array((name + "_bucket").utf8)
  }

  mutating func append(_ member: MetricFamily.Member, _ sampler: Sampler) {
    let statistic = member.encoding.statistic
    if let bounds = member.encoding.bounds {
      append(member, bounds, sampler)
    } else if statistic.size == 1 {
      guard let word = sampler.value(statistic, of: member.entry) else { return }
      if type == .stateset {
        append(member, state: word)
      } else {
        beginLine(plain, member.labels)
        endLine(statistic.exact(word))
      }
    } else {
      for index in 0..<statistic.size {
        guard let word = sampler.value(statistic, of: member.entry, word: index) else { continue }
        beginLine(plain, member.labels, "index")
        text.append(number: UInt64(index))
        text.append("\"}")
        endLine(statistic.exact(word))
      }
    }
  }

  // MARK: - Kinds

  private mutating func append(
    _ member: MetricFamily.Member, _ bounds: BucketBounds, _ sampler: Sampler
  ) {
    guard let histogram = sampler.histogram(member.encoding.statistic, of: member.entry) else {
      return
    }
    var total: UInt64 = 0
    var next = 0
    for limit in bounds.buckets {
      while next <= limit.last {
        total = total.addingSaturated(histogram.counts[next])
        next += 1
      }
      beginLine(bucket, member.labels, "le")
      text.append(limit.le)
      text.append("\"} ")
      text.append(number: total)
      text.append(byte: .newline)
    }
    let count = histogram.count
    beginLine(bucket, member.labels, "le")
    text.append("+Inf\"} ")
    text.append(number: count)
    text.append(byte: .newline)
    guard let sum = member.encoding.sum, let value = sampler.value(sum, of: member.entry) else {
      return
    }
    beginLine(family + Array("_sum".utf8), member.labels)
    endLine(sum.exact(value))
    beginLine(family + Array("_count".utf8), member.labels)
    endLine(Decimal(mantissa: UInt128(count), exponent: 0))
  }

  /// Appends one sample per state: 1 for the current state, 0 for the others.
  ///
  /// If the current value has no name, a sample is added whose state is the value in digits.
  private mutating func append(_ member: MetricFamily.Member, state word: UInt64) {
    let states = member.encoding.states
    for (index, name) in states.enumerated() {
      append(member, state: name, isOn: UInt64(index) == word)
    }
    if word >= UInt64(states.count) {
      let digits = Array(String(word).utf8)
      append(
        member, state: states.contains(digits) ? Array("#".utf8) + digits : digits, isOn: true)
    }
  }

  private mutating func append(_ member: MetricFamily.Member, state name: [UInt8], isOn: Bool) {
    text.append(family)
    text.append(byte: UInt8(ascii: "{"))
    if !member.labels.isEmpty {
      text.append(member.labels)
      text.append(byte: .comma)
    }
    text.append(family)
    text.append("=\"")
    text.append(name)
    text.append(isOn ? "\"} 1\n" : "\"} 0\n")
  }

  // MARK: - Parts of a line

  private mutating func beginLine(_ name: [UInt8], _ labels: [UInt8]) {
    text.append(name)
    guard !labels.isEmpty else { return }
    text.append(byte: UInt8(ascii: "{"))
    text.append(labels)
    text.append(byte: UInt8(ascii: "}"))
  }

  /// Writes the start of a line, up to the quote before the value of an additional label.
  private mutating func beginLine(_ name: [UInt8], _ labels: [UInt8], _ label: String) {
    text.append(name)
    text.append(byte: UInt8(ascii: "{"))
    if !labels.isEmpty {
      text.append(labels)
      text.append(byte: .comma)
    }
    text.append(label)
    text.append("=\"")
  }

  private mutating func endLine(_ value: Decimal) {
    text.append(byte: .space)
    text.append(value)
    text.append(byte: .newline)
  }
}

extension UInt64 {
  fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
