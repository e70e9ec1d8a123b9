import Statistics
import Testing

@Suite struct RateTests {
  private let counter = Statistic("exits", .cumulative)

  private func measure(
    _ statistic: Statistic, _ earlier: UInt64, _ first: Window, _ later: UInt64, _ second: Window
  ) -> Rate? {
    Rate(of: statistic, from: earlier, at: first, to: later, at: second)
  }

  @Test("The windows imply the bounds of a rate")
  func bounds() throws {
    let rate = try #require(
      measure(counter, 5, Window(begin: 100, end: 200), 905, Window(begin: 1000, end: 1200)))
    #expect(rate.increase == 900)
    #expect(rate.interval.shortest == 800)
    #expect(rate.interval.longest == 1100)
    #expect(rate.interval.nominal == 950)
    #expect(rate.perSecond == 900e9 / 950)
    #expect(rate.lowest == 900e9 / 1100)
    #expect(rate.highest == 900e9 / 800)
    #expect(!rate.afterReset)
  }

  @Test(
    "The upper bound is infinite if windows touch or overlap",
    arguments: [
      (Window(begin: 100, end: 200), Window(begin: 200, end: 300), 100),
      (Window(begin: 0, end: 10), Window(begin: 5, end: 15), 5),
      (Window(begin: 0, end: 100), Window(begin: 0, end: 300), 100),
    ] as [(Window, Window, UInt64)])
  func overlap(first: Window, second: Window, nominal: UInt64) throws {
    let rate = try #require(measure(counter, 0, first, 7, second))
    #expect(rate.highest == .infinity)
    #expect(rate.interval.nominal == nominal, "between the middles")
    #expect(rate.perSecond == 7e9 / Double(nominal))
    let idle = try #require(measure(counter, 7, first, 7, second))
    #expect(idle.highest == 0)
    #expect(idle.perSecond == 0)
  }

  @Test(
    "There is no rate if the second window is not later",
    arguments: [
      (Window(begin: 100, end: 200), Window(begin: 100, end: 200)),
      (Window(begin: 100, end: 200), Window(begin: 50, end: 60)),
      (Window(begin: 100, end: 200), Window(begin: 90, end: 300)),
      (Window(begin: 0, end: 100), Window(begin: 10, end: 20)),
      (Window(begin: 5, end: 5), Window(begin: 5, end: 5)),
    ])
  func notLater(first: Window, second: Window) {
    #expect(Interval(from: first, to: second) == nil)
    #expect(measure(counter, 1, first, 2, second) == nil)
  }

  @Test(
    "Counts have rates, levels do not",
    arguments: [
      (Kind.cumulative, true), (.linearHistogram, true), (.logHistogram, true),
      (.instant, false), (.peak, false), (.state, false), (.unknown(9), false),
    ])
  func kinds(kind: Kind, hasRate: Bool) {
    let rate = measure(
      Statistic("x", kind), 1, Window(begin: 0, end: 1), 2, Window(begin: 10, end: 11))
    #expect((rate != nil) == hasRate)
  }

  @Test("The rate after a reset covers the growth since the reset and is marked")
  func reset() throws {
    let rate = try #require(
      measure(
        counter, 1000, Window(begin: 0, end: 0), 40,
        Window(begin: 1_000_000_000, end: 1_000_000_000)))
    #expect(rate.afterReset)
    #expect(rate.increase == 40)
    #expect(rate.perSecond == 40)
  }

  @Test("An inactive value has no rate")
  func inactive() {
    let (first, second) = (Window(begin: 0, end: 1), Window(begin: 10, end: 11))
    #expect(measure(counter, .max, first, 5, second) == nil)
    #expect(measure(counter, 5, first, .max, second) == nil)
  }

  @Test("The increase is exact beyond the precision of a Double")
  func exact() throws {
    let rate = try #require(
      measure(counter, 1 << 53, Window(begin: 0, end: 0), 1 << 53 + 1, Window(begin: 1, end: 1)))
    #expect(rate.increase == 1)
    #expect(rate.perSecond == 1e9)
  }

  @Test("The largest timestamps do not overflow")
  func ends() throws {
    let last = Window(begin: .max, end: .max)
    #expect(last.middle == .max)
    let interval = try #require(Interval(from: Window(begin: 0, end: .max), to: last))
    #expect(interval.shortest == 0)
    #expect(interval.longest == .max)
    #expect(interval.nominal == 1 << 63)
    #expect(Window(begin: 3, end: 6).middle == 4)
  }
}
