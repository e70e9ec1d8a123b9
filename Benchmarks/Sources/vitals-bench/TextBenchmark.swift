import CBench
import LinuxSystem

/// Open, read and close of a text file, against a minimal server in C.
struct TextBenchmark {
  private static let rounds = 300
  private static let files = 50

  /// The name of the file in the report.
  let name: String
  let path: String
  /// The path of the file of the server in C.
  let plain: String

  func run(_ place: String, _ report: inout Report) throws {
    let paths = [path, plain]
    var failed = 0
    let series = interleaved(
      Self.rounds,
      paths.map { path in
        { failed += Self.files - Int(unsafe bench_read_files(path, Self.files)) }
      })
    guard failed == 0 else {
      throw SystemError(call: "read", object: "\(failed) files", code: 5)
    }
    let count = Double(Self.files)
    report.add(
      "open, read, close of a text file on \(place), server in C: minimum, median",
      "\(duration(series[1].minimum / count)), \(duration(series[1].median / count))")
    report.add(
      "open, read, close of a text file on \(place), \(name): minimum, median",
      "\(duration(series[0].minimum / count)), \(duration(series[0].median / count))")
    let ratios = (
      series[0].minimum / series[1].minimum, series[0].median / series[1].median
    )
    report.add(
      "\(name) / C, \(place): minima, medians", "\(fixed(ratios.0)), \(fixed(ratios.1))",
      bar: "<= 1.3", holds: max(ratios.0, ratios.1) <= 1.3)
  }
}
