#if Metrics
import CoreMetrics
import Statistics
import SharedTable

/// Sets and adjusts a signed level with decimals in a table.
struct FixedLevel: ~Copyable, Sendable {
  private let level: PublishedLevel
  private let refusedValues: PublishedCounter
  private let power: UInt64
  private let carry = Carry()

  init?(_ part: MetricPart) {
    guard let level = part.record.level(part.name) else { return nil }
    self.level = level
    refusedValues = part.refusedValues
    power = powerOfTen(part.decimals)
  }

  /// Sets the level.
  ///
  /// If the value is out of range, the level becomes inactive (has no value).
  func set(_ value: Int64) {
    let (scaled, isOver) = value.multipliedReportingOverflow(by: Int64(power))
    guard !isOver, scaled > .min else { return rejectValue() }
    carry.reset()
    level.set(signed: scaled)
  }

  /// Sets the level to the rounded value.
  ///
  /// If the value is out of range, the level becomes inactive.
  func set(_ value: Double) {
    guard let exact = FixedPoint(value, power: power), let shown = carry.set(exact) else {
      return rejectValue()
    }
    level.set(signed: shown)
  }

  /// Adds a difference to the level, which stops at its minimum and maximum.
  func adjust(by difference: Double) {
    guard let exact = FixedPoint(difference, power: power), level.adjust(by: carry.add(exact))
    else { return refusedValues.add(1) }
  }

  private func rejectValue() {
    refusedValues.add(1)
    carry.reset()
    level.clear()
  }
}

/// Shows a meter, which can be set and adjusted, as a level.
final class TableMeter: TableHandler, MeterHandler {
  let key: MetricKey
  private let level: FixedLevel

  init?(_ part: MetricPart) {
    guard let level = FixedLevel(part) else { return nil }
    self.level = level
    key = part.key
  }

  func set(_ value: Int64) { level.set(value) }

  func set(_ value: Double) { level.set(value) }

  func increment(by amount: Double) { level.adjust(by: amount) }

  func decrement(by amount: Double) { level.adjust(by: -amount) }
}

/// Shows the last value of a recorder that does not aggregate as a level.
final class TableGauge: TableHandler, RecorderHandler {
  let key: MetricKey
  private let level: FixedLevel

  init?(_ part: MetricPart) {
    guard let level = FixedLevel(part) else { return nil }
    self.level = level
    key = part.key
  }

  func record(_ value: Int64) { level.set(value) }

  func record(_ value: Double) { level.set(value) }
}
#endif
