#if Metrics
import CoreMetrics
import Statistics
import SharedTable

/// Contains the values from which a handler is created.
struct MetricPart {
  let key: MetricKey
  /// The name of the group; the names of the group's statistics begin with this name.
  let name: String
  let record: Record
  let decimals: Int
  let refusedValues: PublishedCounter
}

/// Counts the values of a metric in a table.
///
/// After the metric is destroyed, the handler ignores further values.
protocol TableHandler: AnyObject, Sendable {
  var key: MetricKey { get }

  /// Creates a handler; fails if the record lacks the statistics of this kind of metric.
  init?(_ part: MetricPart)
}

/// Counts whole numbers in a counter of a table.
final class TableCounter: TableHandler, CounterHandler {
  let key: MetricKey
  private let record: Record
  private let counter: PublishedCounter
  private let refusedValues: PublishedCounter

  init?(_ part: MetricPart) {
    guard let counter = part.record.counter(part.name) else { return nil }
    self.counter = counter
    key = part.key
    record = part.record
    refusedValues = part.refusedValues
  }

  func increment(by amount: Int64) {
    guard amount >= 0 else { return refusedValues.add(1) }
    counter.add(UInt64(amount))
  }

  /// Resets the counter to zero; readers detect the reset.
  func reset() {
    record.update { $0[0] = 0 }
  }
}

/// Counts numbers with fractions in a counter of a table.
final class TableFloatingPointCounter: TableHandler, FloatingPointCounterHandler {
  let key: MetricKey
  private let record: Record
  private let counter: PublishedCounter
  private let refusedValues: PublishedCounter
  private let power: UInt64
  private let carry = Carry()

  init?(_ part: MetricPart) {
    guard let counter = part.record.counter(part.name) else { return nil }
    self.counter = counter
    key = part.key
    record = part.record
    refusedValues = part.refusedValues
    power = powerOfTen(part.decimals)
  }

  func increment(by amount: Double) {
    guard amount >= 0, let exact = FixedPoint(amount, power: power) else {
      return refusedValues.add(1)
    }
    let whole = carry.add(exact)
    if whole > 0 { counter.add(UInt64(whole)) }
  }

  /// Resets the counter to zero; readers detect the reset.
  func reset() {
    record.update { $0[0] = 0 }
    carry.reset()
  }
}
#endif
