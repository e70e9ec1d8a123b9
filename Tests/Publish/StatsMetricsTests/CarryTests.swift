#if Metrics
import Statistics
import Testing

@testable import StatsMetrics

struct CarryTests {
  @Test(
    "A sum of doubles is rounded only once",
    arguments: [
      (0.1, 10, 1_000_000), (0.25, 8, 2_000_000), (1e-7, 100_000, 10_000),
      (-0.1, 10, -1_000_000), (1.0 / 3, 3, 1_000_000), (0.000_000_51, 3, 2), (-0.000_000_25, 5, -1),
    ] as [(Double, Int, Int64)])
  func sumOfDoubles(amount: Double, count: Int, total: Int64) throws {
    let exact = try #require(FixedPoint(amount, power: 1_000_000))
    let carry = Carry()
    var word: Int64 = 0
    for _ in 0..<count { word += carry.add(exact) }
    #expect(word == total)
  }

  @Test("Adding continues from the total that was set")
  func addAfterSet() throws {
    let carry = Carry()
    let start = carry.set(try #require(FixedPoint(0.4, power: 1)))
    #expect(start == 0)
    let more = carry.add(try #require(FixedPoint(0.2, power: 1)))
    #expect(more == 1, "0.6 is rounded to 1")
    let edge = carry.set(try #require(FixedPoint(-9_223_372_036_854_774_784, power: 1)))
    #expect(edge == -9_223_372_036_854_774_784)
  }
}
#endif
