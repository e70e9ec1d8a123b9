import Statistics
import Testing

struct FixedPointTests {
  @Test(
    "Rounding is the only inexact step for a double",
    arguments: [
      (0.0, 6, 0), (-0.0, 6, 0), (1, 0, 1), (0.1, 6, 100_000), (0.3, 6, 300_000),
      (2.5, 0, 3), (-2.5, 0, -2), (-0.1, 6, -100_000), (0.000_000_4, 6, 0),
      (0.000_000_6, 6, 1), (9_007_199_254_740_991, 0, 9_007_199_254_740_991),
      (9.2e12, 6, 9_200_000_000_000_000_000), (-9.2e12, 6, -9_200_000_000_000_000_000),
      (9_223_372_036_854_774_784, 0, 9_223_372_036_854_774_784),
      (9.223e3, 15, 9_223_000_000_000_000_000),
      (.leastNonzeroMagnitude, 15, 0), (-.leastNonzeroMagnitude, 15, 0), (1e-300, 6, 0),
      (.leastNormalMagnitude, 6, 0),
    ] as [(Double, Int, Int64)])
  func doubleExact(value: Double, decimals: Int, rounded: Int64) {
    #expect(FixedPoint(value, power: powerOfTen(decimals))?.rounded == rounded)
  }

  @Test(
    "A value that exceeds 64 bits has no fixed point number",
    arguments: [
      (.nan, 6), (.infinity, 6), (-.infinity, 6), (.greatestFiniteMagnitude, 0), (1e300, 6),
      (9.3e12, 6), (-9.3e12, 6), (9_223_372_036_854_775_808, 0),
      (.signalingNaN, 0), (1e16, 15),
    ] as [(Double, Int)])
  func wordHold(value: Double, decimals: Int) {
    #expect(FixedPoint(value, power: powerOfTen(decimals)) == nil)
  }
}
