import Glibc
import LinuxSystem
import TestSupport

/// The checker of Prometheus, if it is installed.
enum Promtool {
  static let isInstalled = unsafe system("command -v promtool >/dev/null") == 0

  /// Returns the errors of `promtool check metrics` for Prometheus text; empty if there are none.
  static func errors(about text: [UInt8], _ test: String = #function) -> String {
    run("check metrics <", text, test)
  }

  /// Returns the errors of the OpenMetrics parser in an import; empty if there are none.
  ///
  /// An import needs a timestamp for each sample, which an exposition should not have; adds them.
  static func importErrors(about text: [UInt8], _ test: String = #function) -> String {
    let lines = text.lines.map { $0.isEmpty || $0.hasPrefix("#") ? $0 : $0 + " 1795237571" }
    let timed = lines.joined(separator: "\n")
    return run("tsdb create-blocks-from openmetrics", Array(timed.utf8), test)
  }

  private static func run(_ command: String, _ text: [UInt8], _ test: String) -> String {
    // Tests run in parallel.
    let folder = "/tmp/vitals-promtool.\(getpid()).\(test.filter { $0.isLetter })"
    unsafe mkdir(folder, 0o700)
    try? Descriptor.open("\(folder)/in", for: .create).write(text)
    let status = unsafe system(
      "cd \(folder) && promtool \(command) in >out 2>&1 && rm -rf \(folder)")
    if status == 0 { return "" }
    let output = (try? readText("\(folder)/out")) ?? ""
    unsafe system("rm -rf \(folder)")
    return "status \(status): \(output)"
  }
}
