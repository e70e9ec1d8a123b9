import Statistics
import StrictJSON

/// The last numbers of one group of a monitor.
struct QMPRecord: Sendable {
  /// In schema order.
  private(set) var words: [UInt64]
  /// From the sending of the query to the end of its answer.
  private(set) var window = Window(begin: 0, end: 0)
  /// The pass that brought them.
  private(set) var pass: UInt64?
  /// Whether a list had another length than the schema says.
  private(set) var hasMisfit = false

  init(_ schema: QMPSchema) {
    words = Array(repeating: Inactive.unsigned, count: schema.schema.wordCount)
  }

  /// Takes the numbers of one answer; what it does not have becomes inactive.
  mutating func take(
    _ statistics: JSONReader, _ schema: QMPSchema, isTurned: Bool, _ window: Window, pass: UInt64
  ) throws(JSONError) {
    for index in words.indices { words[index] = Inactive.unsigned }
    hasMisfit = false
    let described = schema.schema.statistics
    // QEMU keeps one order in all answers, the reverse of the schema's.
    var position = described.count
    try QMPValue.each(in: statistics) { value throws(JSONError) in
      position -= 1
      if position < 0 || !value.value.matches(value.name, described[position].name) {
        let found = described.firstIndex { value.value.matches(value.name, $0.name) }
        // A statistic that came with a later kernel or QEMU module: not in the schema.
        guard let found else {
          position += 1
          return
        }
        position = found
      }
      try put(value.value, of: described[position], isTurned: isTurned)
    }
    self.window = window
    self.pass = pass
  }

  private mutating func put(
    _ value: JSONReader, of statistic: Statistic, isTurned: Bool
  ) throws(JSONError) {
    var reader = value
    let place = statistic.words
    switch try reader.nextKind() {
    case .number where place.count == 1:
      words[place.lowerBound] = try reader.unsigned()
    case .boolean where place.count == 1:
      words[place.lowerBound] = try reader.boolean() ? 1 : 0
    case .array:
      let turns = isTurned && statistic.kind.isHistogram
      var count = 0
      try reader.array { reader throws(JSONError) in
        let word = try reader.unsigned()
        if count < place.count {
          words[turns ? place.upperBound - 1 - count : place.lowerBound + count] = word
        }
        count += 1
      }
      guard count != place.count else { return }
      for index in place { words[index] = Inactive.unsigned }
      hasMisfit = true
    case .number, .boolean, .null, .text, .object:
      hasMisfit = true
    }
  }

  /// What the histograms say of the order in which they were read.
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
