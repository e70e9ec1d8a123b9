import Statistics
import Testing

@Suite struct ShareTests {
  private let wait = Statistic("halt_wait_ns", .cumulative, unit: .seconds, scale: .nano)
  private static let second: UInt64 = 1_000_000_000

  /// A rate over one second between windows of `width` nanoseconds.
  private func rate(_ increase: UInt64, width: UInt64 = 0) throws -> Rate {
    let first = Window(begin: 10 * Self.second, end: 10 * Self.second + width)
    let second = Window(begin: 11 * Self.second, end: 11 * Self.second + width)
    return Rate(increase: increase, interval: try #require(Interval(from: first, to: second)))
  }

  @Test(
    "The share is the time spent divided by the interval",
    arguments: [
      (0, 1, 0), (250_000_000, 1, 0.25), (second, 1, 1), (3 * second, 4, 3), (second, 4, 1),
    ] as [(UInt64, Int, Double)])
  func value(spent: UInt64, memberCount: Int, value: Double) throws {
    let share = try #require(Share(try rate(spent), of: wait, memberCount: memberCount))
    #expect(share.value == value)
    #expect(!share.exceedsInterval)
  }

  @Test("A wait of 10 s counted within 1 s exceeds the interval, and the share is limited")
  func exceeding() throws {
    let share = try #require(Share(try rate(10 * Self.second), of: wait))
    #expect(share.exceedsInterval)
    #expect(share.value == 1)
    let sum = try #require(Share(try rate(10 * Self.second), of: wait, memberCount: 4))
    #expect(sum.exceedsInterval)
    #expect(sum.value == 4)
  }

  @Test("A time within the bounds of the windows does not exceed the interval")
  func windows() throws {
    // At most 1.1 s passed, although the middles are 1 s apart.
    let within = try #require(Share(try rate(1_100_000_000, width: 100_000_000), of: wait))
    #expect(!within.exceedsInterval)
    #expect(within.value == 1)
    let beyond = try #require(Share(try rate(1_100_000_001, width: 100_000_000), of: wait))
    #expect(beyond.exceedsInterval)
  }

  @Test(
    "The share takes the scale into account",
    arguments: [
      (Scale.micro, 500_000), (.nano, 500_000_000), (Scale(base: .ten, exponent: -1), 5),
      (Scale(base: .two, exponent: -1), 1), (Scale(base: .ten, exponent: -12), 500_000_000_000),
    ] as [(Scale, UInt64)])
  func scale(scale: Scale, increase: UInt64) throws {
    var statistic = wait
    statistic.scale = scale
    #expect(Share(try rate(increase), of: statistic)?.value == 0.5)
  }

  @Test(
    "A statistic that does not count time, or has an unknown base, has no share",
    arguments: [
      Statistic("x", .cumulative), Statistic("x", .cumulative, unit: .cycles),
      Statistic("x", .instant, unit: .seconds, scale: .nano),
      Statistic("x", .peak, unit: .seconds, scale: .nano),
      Statistic("x", .cumulative, unit: .seconds, scale: Scale(base: .unknown(7), exponent: 0)),
      Statistic("x", .cumulative, unit: .seconds, scale: Scale(base: .ten, exponent: .max)),
    ])
  func none(statistic: Statistic) throws {
    #expect(Share(try rate(5), of: statistic) == nil)
  }
}
