import Glibc
import LinuxSystem
import TestSupport

/// Prometheus' own checker, where it is installed.
enum Promtool {
  static let isInstalled = unsafe system("command -v promtool >/dev/null") == 0

  /// What `promtool check metrics` says about Prometheus text; empty where it is fine.
  static func complaints(about text: [UInt8], _ test: String = #function) -> String {
    run("check metrics <", text, test)
  }

  /// What Prometheus' own parser of OpenMetrics says, in an import; empty where it is fine.
  ///
  /// An import wants a time for each sample, which an exposition should not have: each gets one.
  static func importComplaints(about text: [UInt8], _ test: String = #function) -> String {
    let lines = text.lines.map { $0.isEmpty || $0.hasPrefix("#") ? $0 : $0 + " 1795237571" }
    let timed = lines.joined(separator: "\n")
    return run("tsdb create-blocks-from openmetrics", Array(timed.utf8), test)
  }

  private static func run(_ command: String, _ text: [UInt8], _ test: String) -> String {
    // Tests run side by side.
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
