#if Metrics
import CoreMetrics
import Statistics
import SharedTable

/// The parts from which a handler is created.
struct MetricPart {
  let key: MetricKey
  /// The name of the group; a prefix of the names of its statistics.
  let name: String
  let record: Record
  let decimals: Int
  let refusedValues: PublishedCounter
}

/// A handler of a metric in a table; after the metric is destroyed, its counts are ignored.
protocol TableHandler: AnyObject, Sendable {
  var key: MetricKey { get }

  /// Returns `nil` if the record lacks the statistics of this kind.
  init?(_ part: MetricPart)
}

/// A counter of whole numbers.
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

/// A counter of fractions.
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
