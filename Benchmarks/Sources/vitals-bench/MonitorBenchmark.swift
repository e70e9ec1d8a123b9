import Glibc
import LinuxSystem

/// The values of all vCPUs by `query-stats` of a real QEMU.
struct MonitorBenchmark {
  /// The cost per vCPU, by the number of vCPUs of the VM.
  private(set) var perVCPU: [(vcpus: Int, cost: Double)] = []

  private static let qemu = "/usr/bin/qemu-system-x86_64"

  mutating func run(_ report: inout Report) throws {
    guard unsafe access(Self.qemu, X_OK) == 0 else {
      throw MissingRequirementError("no \(Self.qemu)")
    }
    for (vcpus, rounds) in [(2, 1_000), (32, 300)] {
      do {
        try measure(vcpus, rounds, &report)
      } catch {
        report.add("query-stats, \(vcpus) vCPUs", "skipped: \(error)")
      }
    }
    if perVCPU.isEmpty { throw MissingRequirementError("QEMU did not answer") }
  }

  private mutating func measure(_ vcpus: Int, _ rounds: Int, _ report: inout Report) throws {
    let path = "/tmp/vitals-bench-\(getpid())-\(vcpus).sock"
    defer { unsafe unlink(path) }
    let qemu = try ChildProcess(
      executable: Self.qemu,
      arguments: [
        "-accel", "kvm", "-cpu", "qemu64,-pni", "-m", "128", "-smp", "\(vcpus)", "-display", "none",
        "-qmp", "unix:\(path),server=on,wait=off", "-nodefaults", "-boot", "n", "-name", "bench",
      ], output: Descriptor.standardError())
    defer { qemu.kill() }
    var monitor = try MonitorClient(path, of: qemu)
    _ = try monitor.line()
    _ = try monitor.execute(#"{"execute":"qmp_capabilities"}"#)
    // The firmware stops within 3 s: there is no boot device.
    sleepNanoseconds(3_000_000_000)
    let command = #"{"execute":"query-stats","arguments":{"target":"vcpu"}}"#
    let size = try monitor.execute(command)
    let series = try repeated(rounds) { _ = try monitor.execute(command) }
    perVCPU.append((vcpus, series.median / Double(vcpus)))
    report.add(
      "query-stats, \(vcpus) vCPUs: median, p99",
      "\(duration(series.median)), \(duration(series.quantile(0.99))); \(size) bytes")
  }
}

/// A QMP client that does not parse replies; its round trips are a lower bound.
private struct MonitorClient: ~Copyable {
  private let socket: UnixSocket
  /// The first 200 bytes of the last line.
  private var begin: [UInt8] = []

  init(_ path: String, of process: ChildProcess) throws {
    let deadline = monotonicNanoseconds() + 10_000_000_000
    while true {
      do {
        socket = try UnixSocket.connect(to: path, .stream)
        return
      } catch {
        if process.hasExited { throw MissingRequirementError("QEMU ended during start-up") }
        guard monotonicNanoseconds() < deadline else { throw error }
        sleepNanoseconds(20_000_000)
      }
    }
  }

  /// Sends a command and returns the number of bytes of the reply.
  mutating func execute(_ command: String) throws -> Int {
    try socket.send(Array((command + "\n").utf8))
    while true {
      let count = try line()
      // Events may precede the reply.
      if begin.starts(with: #"{"return""#.utf8) { return count }
      if begin.starts(with: #"{"error""#.utf8) {
        throw MissingRequirementError(
          "QEMU reports an error: \(String(decoding: begin, as: UTF8.self))")
      }
    }
  }

  /// Waits for the next line and returns the number of its bytes.
  mutating func line() throws -> Int {
    var count = 0
    while true {
      guard socket.waitForInput(milliseconds: 10_000) else {
        throw SystemError(call: "wait for", object: "monitor", code: ETIMEDOUT)
      }
      let bytes = try socket.receive(limit: 65_536).bytes
      guard let last = bytes.last else {
        throw SystemError(call: "recvmsg", object: "monitor", code: ECONNRESET)
      }
      if count == 0 { begin = Array(bytes.prefix(200)) }
      count += bytes.count
      if last == UInt8(ascii: "\n") { return count }
    }
  }
}
