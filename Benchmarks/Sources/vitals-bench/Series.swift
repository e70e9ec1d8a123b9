import LinuxSystem

/// Measured times of one operation, in nanoseconds, in order.
struct Series {
  private var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  var minimum: Double { values.min() ?? .nan }
  var median: Double { quantile(0.5) }

  /// Returns the value that a share of all values does not exceed.
  func quantile(_ share: Double) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    return sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
  }
}

/// Returns the nanoseconds that `body` takes.
func time(_ body: () throws -> Void) rethrows -> Double {
  let begin = monotonicNanoseconds()
  try body()
  return Double(monotonicNanoseconds() - begin)
}

/// Measures an operation repeatedly, after a warm-up.
func repeated(_ rounds: Int, _ body: () throws -> Void) rethrows -> Series {
  var series = Series()
  for round in -3..<rounds {
    let duration = try time(body)
    if round >= 0 { series.add(duration) }
  }
  return series
}

/// Measures operations in turn, round after round, so that a disturbance affects all of them.
///
/// Every other round runs in reverse order, so that no operation always follows the same one. The
/// time of `before` is not included.
func interleaved(
  _ rounds: Int, before: () -> Void = {}, _ bodies: [() -> Void]
) -> [Series] {
  var series = Array(repeating: Series(), count: bodies.count)
  for round in -4..<rounds {
    for step in bodies.indices {
      let index = round & 1 == 0 ? step : bodies.count - 1 - step
      before()
      let duration = time(bodies[index])
      if round >= 0 { series[index].add(duration) }
    }
  }
  return series
}

/// Memory that is larger than the caches of a core.
final class Caches {
  private var words = [UInt64](repeating: 0, count: 8 << 20)

  /// Evicts the caches by writing a word of each line.
  func fill() {
    for index in stride(from: 0, to: words.count, by: 8) { words[index] &+= 1 }
  }
}
