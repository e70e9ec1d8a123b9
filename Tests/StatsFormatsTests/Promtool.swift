import Glibc

/// Prometheus' own checker, where it is installed.
enum Promtool {
  static let isInstalled = unsafe system("command -v promtool >/dev/null") == 0

  /// What `promtool check metrics` says about a text; empty where it is fine.
  static func complaints(about text: [UInt8]) -> String {
    guard let pipe = unsafe popen("promtool check metrics >/tmp/vitals-promtool.\(getpid()) 2>&1", "w")
    else { return "promtool did not start" }
    unsafe fputs(String(decoding: text, as: UTF8.self), pipe)
    let status = unsafe pclose(pipe)
    guard status != 0, let file = unsafe fopen("/tmp/vitals-promtool.\(getpid())", "r") else {
      return status == 0 ? "" : "status \(status)"
    }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return "status \(status): " + String(decoding: bytes, as: UTF8.self)
  }
}
