import Statistics
import StrictJSON

/// Stores the last values of one group of a monitor.
struct QMPRecord: Sendable {
  /// The values as 64-bit words, in the order of the schema.
  private(set) var words: [UInt64]
  /// The window of the values: the time from sending the command to the end of the answer.
  private(set) var window = Window(begin: 0, end: 0)
  /// The pass (a sampling of all groups) in which the answer arrived.
  private(set) var pass: UInt64?
  /// Whether a value has another form than the schema says, for example another array length.
  private(set) var hasMismatch = false

  init(_ schema: QMPSchema) {
    words = Array(repeating: Inactive.unsigned, count: schema.schema.wordCount)
  }

  /// Replaces the words by those of an answer.
  ///
  /// A missing value becomes inactive (marked as missing).
  mutating func update(
    _ statistics: JSONReader, _ schema: QMPSchema, isReversed: Bool, _ window: Window, pass: UInt64
  ) throws(JSONError) {
    for index in words.indices { words[index] = Inactive.unsigned }
    hasMismatch = false
    let described = schema.schema.statistics
    // QEMU's answers list the statistics in the reverse order of the schema.
    var position = described.count
    try QMPValue.each(in: statistics) { value throws(JSONError) in
      position -= 1
      if position < 0 || !value.value.matches(value.name, described[position].name) {
        let found = described.firstIndex { value.value.matches(value.name, $0.name) }
        // The schema lacks the statistic, because a QEMU module that was loaded later added it.
        guard let found else {
          position += 1
          return
        }
        position = found
      }
      try store(value.value, of: described[position], isReversed: isReversed)
    }
    self.window = window
    self.pass = pass
  }

  private mutating func store(
    _ value: JSONReader, of statistic: Statistic, isReversed: Bool
  ) throws(JSONError) {
    var reader = value
    let range = statistic.words
    switch try reader.nextKind() {
    case .number where range.count == 1:
      words[range.lowerBound] = try reader.unsigned()
    case .boolean where range.count == 1:
      words[range.lowerBound] = try reader.boolean() ? 1 : 0
    case .array:
      let reverses = isReversed && statistic.kind.isHistogram
      var count = 0
      try reader.array { reader throws(JSONError) in
        let word = try reader.unsigned()
        if count < range.count {
          words[reverses ? range.upperBound - 1 - count : range.lowerBound + count] = word
        }
        count += 1
      }
      guard count != range.count else { return }
      for index in range { words[index] = Inactive.unsigned }
      hasMismatch = true
    case .number, .boolean, .null, .text, .object:
      hasMismatch = true
    }
  }

  /// Returns what the histograms show about the order in which their buckets were read.
  func evidence(_ schema: QMPSchema) -> [QMPBucketOrder.Evidence] {
    let statistics = schema.schema.statistics
    return schema.sums.compactMap { pair in
      let sum = statistics[pair.sum]
      let word = words[sum.words.lowerBound]
      guard !Inactive.marks(word, of: sum),
        let histogram = Histogram(of: statistics[pair.histogram], in: words.span)
      else { return nil }
      return QMPBucketOrder.Evidence(histogram, sum: word)
    }
  }
}
