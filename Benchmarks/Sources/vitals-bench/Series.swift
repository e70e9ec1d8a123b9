import LinuxSystem

/// Times of one thing, in nanoseconds, in the order in which they were taken.
struct Series {
  private var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  var minimum: Double { values.min() ?? .nan }
  var median: Double { quantile(0.5) }

  /// The value that a share of all is at most.
  func quantile(_ share: Double) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    return sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
  }
}

/// The nanoseconds that `body` takes.
func time(_ body: () throws -> Void) rethrows -> Double {
  let begin = monotonicNanoseconds()
  try body()
  return Double(monotonicNanoseconds() - begin)
}

/// Times a thing so many times, after a warm-up.
func repeated(_ rounds: Int, _ body: () throws -> Void) rethrows -> Series {
  var series = Series()
  for round in -3..<rounds {
    let duration = try time(body)
    if round >= 0 { series.add(duration) }
  }
  return series
}

/// Times things in turn, round after round, so that a disturbance meets all of them.
///
/// Every other round goes backwards, so that none is always the one after another. What is done
/// before each is not timed.
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

/// Memory of more than a core's caches.
final class Caches {
  private var words = [UInt64](repeating: 0, count: 8 << 20)

  /// Takes the caches for itself: a word of each line is written.
  func fill() {
    for index in stride(from: 0, to: words.count, by: 8) { words[index] &+= 1 }
  }
}
