import Glibc

/// Whole files by the C library; tests have no other way to them without Foundation.
enum Files {
  static func read(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
  }

  static func write(_ bytes: [UInt8], to path: String) {
    guard let file = unsafe fopen(path, "w") else { return }
    for byte in bytes { unsafe fputc(Int32(byte), file) }
    unsafe fclose(file)
  }
}

/// Texts that formats are to give to the last byte, in the folder `Golden`.
///
/// With `VITALS_GOLDEN=write` in the environment they are written anew: look at the difference.
enum Golden {
  static func text(_ name: String, for new: [UInt8], file: String = #filePath) -> String? {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(folder)/Golden/\(name)"
    if let mode = unsafe getenv("VITALS_GOLDEN"), unsafe String(cString: mode) == "write" {
      Files.write(new, to: path)
    }
    return Files.read(path).map { String(decoding: $0, as: UTF8.self) }
  }
}

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
    Files.write(text, to: "\(folder)/in")
    let status = unsafe system(
      "cd \(folder) && promtool \(command) in >out 2>&1 && rm -rf \(folder)")
    if status == 0 { return "" }
    let output = Files.read("\(folder)/out") ?? []
    unsafe system("rm -rf \(folder)")
    return "status \(status): \(String(decoding: output, as: UTF8.self))"
  }
}
