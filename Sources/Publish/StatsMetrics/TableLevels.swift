#if Metrics
import CoreMetrics
import Statistics
import SharedTable

/// A signed level with decimals.
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

  /// The level is this; it is not known where it cannot be shown.
  func set(_ value: Int64) {
    let (scaled, isOver) = value.multipliedReportingOverflow(by: Int64(power))
    guard !isOver, scaled > .min else { return refuse() }
    carry.reset()
    level.set(signed: scaled)
  }

  /// The level is this, rounded; it is not known where it cannot be shown.
  func set(_ value: Double) {
    guard let exact = FixedPoint(value, power: power), let shown = carry.set(exact) else {
      return refuse()
    }
    level.set(signed: shown)
  }

  /// The level is so much higher or lower; it stops at its ends.
  func adjust(by difference: Double) {
    guard let exact = FixedPoint(difference, power: power), level.adjust(by: carry.add(exact))
    else { return refusedValues.add(1) }
  }

  private func refuse() {
    refusedValues.add(1)
    carry.reset()
    level.clear()
  }
}

/// A level that is set, raised and lowered.
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

/// The last value of a recorder that does not aggregate.
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
