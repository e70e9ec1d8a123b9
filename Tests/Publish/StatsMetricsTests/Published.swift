#if Metrics
import CoreMetrics
import LinuxSystem
import Statistics
import SharedTable

@testable import StatsMetrics

/// A backend and a reader of its table.
struct Published {
  let metrics: TableMetrics
  let reader: Reader

  init(_ change: (inout TableMetrics.Configuration) -> Void = { _ in }) throws {
    var configuration = TableMetrics.Configuration()
    change(&configuration)
    metrics = try TableMetrics(publishing: .unnamed, configuration: configuration)
    reader = try Reader(of: try metrics.publisher.descriptorForReader(), file: "test")
  }

  /// The current state of a group.
  func group(_ name: String, in source: String = "metrics") -> TableGroup? {
    reader.refresh()
    guard let source = reader.sources.first(where: { $0.path == source }) else { return nil }
    return reader.groups.first { $0.source == source.id && $0.name == name }
  }

  /// The words of a group's statistic; `nil` if it does not exist.
  func words(
    _ statistic: String, of name: String? = nil, in source: String = "metrics"
  ) -> [UInt64]? {
    guard let group = group(name ?? statistic, in: source),
      let found = group.schema[statistic]
    else { return nil }
    var words = [UInt64](repeating: 0x5555, count: group.schema.wordCount)
    var span = words.mutableSpan
    guard case .up = reader.view.sample(group.slot, into: &span) else { return nil }
    return Array(words[found.words])
  }

  /// A single value; `nil` if it is inactive or does not exist.
  func value(
    _ statistic: String, of name: String? = nil, in source: String = "metrics"
  ) -> UInt64? {
    guard let word = words(statistic, of: name, in: source)?.first,
      let found = group(name ?? statistic, in: source)?.schema[statistic]
    else { return nil }
    return Inactive.marks(word, of: found) ? nil : word
  }

  /// A single value of a signed statistic.
  func level(_ label: String) -> Int64? {
    value(label).map { Int64(bitPattern: $0) }
  }

  var refusedValues: UInt64? { value("refused_values", of: "~metrics") }
  var refusedMetrics: UInt64? { value("refused_metrics", of: "~metrics") }
  var liveMetrics: UInt64? { value("live_metrics", of: "~metrics") }
  var paths: [String] {
    reader.refresh()
    return reader.sources.map(\.path)
  }
}
#endif
