import Glibc
import LinuxSystem

/// The line that a guest process writes to its standard output for its parent.
enum GuestProcessReport: Equatable {
  case ready
  case failed(SystemError)

  init?(line: String) {
    if line == "ready" {
      self = .ready
      return
    }
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "failed", let code = CInt(parts[3]) else { return nil }
    self = .failed(SystemError(call: String(parts[1]), object: String(parts[2]), code: code))
  }

  var line: String {
    switch self {
    case .ready: "ready"
    case .failed(let error): "failed\t\(error.call)\t\(error.object)\t\(error.code)"
    }
  }

  /// Waits for the line of a guest process.
  ///
  /// - Throws: `ETIMEDOUT` at the deadline, `ENODATA` if the output ends without a valid line.
  static func read(
    from output: borrowing Descriptor, of name: String, deadline: UInt64
  ) throws(SystemError) -> GuestProcessReport {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 512)
    while !text.contains(UInt8(ascii: "\n")) {
      let now = monotonicNanoseconds()
      let rest = deadline > now ? Int((deadline - now) / 1_000_000) : 0
      guard output.waitForInput(milliseconds: rest) else {
        throw SystemError(call: "wait for", object: "guest \(name)", code: ETIMEDOUT)
      }
      let count = try output.read(into: &chunk)
      if count == 0 { break }
      text += chunk[..<count]
    }
    let line = text.prefix { $0 != UInt8(ascii: "\n") }
    guard let report = GuestProcessReport(line: String(decoding: line, as: UTF8.self)) else {
      throw SystemError(call: "wait for", object: "guest \(name)", code: ENODATA)
    }
    return report
  }
}
