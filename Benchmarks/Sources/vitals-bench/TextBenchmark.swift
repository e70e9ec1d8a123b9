import CBench
import LinuxSystem

/// Open, read and close of a text file, against the smallest server in C.
struct TextBenchmark {
  private static let rounds = 300
  private static let files = 50

  /// What the file is of.
  let name: String
  let path: String
  /// The file that the server in C has.
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
      "the same of \(name)",
      "\(duration(series[0].minimum / count)), \(duration(series[0].median / count))")
    let ratios = (
      series[0].minimum / series[1].minimum, series[0].median / series[1].median
    )
    report.add(
      "\(name) / C, \(place): of minima, medians", "\(fixed(ratios.0)), \(fixed(ratios.1))",
      bar: "<= 1.3", holds: max(ratios.0, ratios.1) <= 1.3)
  }
}
