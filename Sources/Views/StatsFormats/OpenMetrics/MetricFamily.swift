internal import Statistics
internal import StatsTree

/// All series of one name.
struct MetricFamily {
  /// What one schema says of the family: shared by its members.
  final class Form {
    let statistic: Statistic
    /// Of a histogram: its buckets and its true sum.
    let bounds: BucketBounds?
    let sum: Statistic?
    /// Of a state: the names, each once and as a label's value.
    let states: [[UInt8]]

    init(_ statistic: Statistic, in schema: Schema) {
      self.statistic = statistic
      let isHistogram = statistic.kind.isHistogram
      bounds = isHistogram ? BucketBounds(of: statistic) : nil
      let sum = schema.indexOfSum(of: statistic).map { schema.statistics[$0] }
      self.sum = sum.flatMap { $0.isSigned ? nil : $0 }
      states = StatisticNames(statistic.states).names.map { name in
        var text = ByteText()
        text.append(label: name)
        return text.bytes
      }
    }
  }

  struct Member {
    let entry: Plan.Entry
    let form: Form
    /// `a="1",b="2"`.
    let labels: [UInt8]
  }

  let name: String
  let metric: MetricName
  let help: String
  var members: [Member] = []

  /// Appends the samples of the groups that are up, with the header if there are any.
  func append(
    _ sampler: Sampler, _ dialect: OpenMetrics.Dialect, to text: inout ByteText
  ) {
    var writer = MetricWriter(name, metric.type, text)
    // The header goes before the first sample, which may not come.
    text = ByteText()
    let start = writer.text.bytes.count
    var header = ByteText()
    self.header(dialect).append(dialect, to: &header)
    writer.text.append(header.bytes)
    let firstSample = writer.text.bytes.count
    for member in members where sampler.status(of: member.entry) == .up {
      writer.append(member, sampler)
    }
    if writer.text.bytes.count == firstSample { writer.text.cut(to: start) }
    text = writer.text
  }

  private func header(_ dialect: OpenMetrics.Dialect) -> MetricHeader {
    let (typed, type) =
      switch (dialect, metric.type) {
      case (.openMetrics, _): (name, metric.type.rawValue)
      case (.prometheus, .counter): (name + "_total", "counter")
      case (.prometheus, .stateset): (name, "gauge")
      case (.prometheus, .unknown): (name, "untyped")
      case (.prometheus, _): (name, metric.type.rawValue)
      }
    return MetricHeader(name: typed, type: type, unit: metric.unit, help: help)
  }
}
