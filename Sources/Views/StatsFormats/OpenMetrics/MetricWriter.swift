internal import Statistics
internal import StatsTree

/// Writes the samples of one family.
struct MetricWriter {
  var text: ByteText
  private let type: MetricName.MetricType
  private let family: [UInt8]
  // The family's name with each suffix, so that a sample is copied together.
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
    let statistic = member.form.statistic
    if let bounds = member.form.bounds {
      append(member, bounds, sampler)
    } else if statistic.size == 1 {
      guard let word = sampler.value(statistic, of: member.entry) else { return }
      if type == .stateset {
        append(member, state: word)
      } else {
        begin(plain, member.labels)
        end(statistic.exact(word))
      }
    } else {
      for index in 0..<statistic.size {
        guard let word = sampler.value(statistic, of: member.entry, word: index) else { continue }
        begin(plain, member.labels, "index")
        text.append(number: UInt64(index))
        text.append("\"}")
        end(statistic.exact(word))
      }
    }
  }

  // MARK: - Kinds

  private mutating func append(
    _ member: MetricFamily.Member, _ bounds: BucketBounds, _ sampler: Sampler
  ) {
    guard let histogram = sampler.histogram(member.form.statistic, of: member.entry) else { return }
    var total: UInt64 = 0
    var next = 0
    for limit in bounds.buckets {
      while next <= limit.last {
        total = total.addingSaturated(histogram.counts[next])
        next += 1
      }
      begin(bucket, member.labels, "le")
      text.append(limit.le)
      text.append("\"} ")
      text.append(number: total)
      text.append(byte: .newline)
    }
    let count = histogram.count
    begin(bucket, member.labels, "le")
    text.append("+Inf\"} ")
    text.append(number: count)
    text.append(byte: .newline)
    guard let sum = member.form.sum, let value = sampler.value(sum, of: member.entry) else {
      return
    }
    begin(family + Array("_sum".utf8), member.labels)
    end(sum.exact(value))
    begin(family + Array("_count".utf8), member.labels)
    end(Decimal(mantissa: UInt128(count), exponent: 0))
  }

  /// Each name with 1 or 0; a number without a name is one more, named by its digits.
  private mutating func append(_ member: MetricFamily.Member, state word: UInt64) {
    let states = member.form.states
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

  private mutating func begin(_ name: [UInt8], _ labels: [UInt8]) {
    text.append(name)
    guard !labels.isEmpty else { return }
    text.append(byte: UInt8(ascii: "{"))
    text.append(labels)
    text.append(byte: UInt8(ascii: "}"))
  }

  /// Begins a line up to the value of one more label.
  private mutating func begin(_ name: [UInt8], _ labels: [UInt8], _ label: String) {
    text.append(name)
    text.append(byte: UInt8(ascii: "{"))
    if !labels.isEmpty {
      text.append(labels)
      text.append(byte: .comma)
    }
    text.append(label)
    text.append("=\"")
  }

  private mutating func end(_ value: Decimal) {
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
