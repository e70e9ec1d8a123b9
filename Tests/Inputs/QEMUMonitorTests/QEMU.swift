import Glibc
import LinuxSystem
import Testing

@testable import QEMUMonitor

/// A real QEMU process that runs its firmware on KVM, without a display and a guest.
final class QEMU {
  static let executable = "/usr/bin/qemu-system-x86_64"
  let name: String
  let arguments: [String]
  let socket: String
  private let process: ChildProcess

  /// Whether the host can run QEMU with KVM.
  static var isUsable: Bool {
    unsafe access(executable, X_OK) == 0 && access("/dev/kvm", R_OK | W_OK) == 0
  }

  /// Starts QEMU and waits at most 10 s for its monitor.
  init(_ name: String, vcpus: Int = 2) throws {
    self.name = name
    socket = "/tmp/vitals-qemu-\(getpid())-\(name).sock"
    // In QEMU options a single comma ends a value.
    func value(_ text: String) -> String {
      text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
    arguments = [
      "-accel", "kvm", "-m", "32", "-smp", "\(vcpus)", "-display", "none", "-nodefaults",
      "-boot", "n", "-name", value(name), "-uuid", "8f6c1f5e-0b6f-4a0e-9a33-0000000000aa",
      "-qmp", "unix:\(value(socket)),server=on,wait=off",
    ]
    unsafe unlink(socket)
    process = try ChildProcess(
      executable: Self.executable, arguments: arguments,
      output: Descriptor.open("/dev/null", for: .readWrite))
    for _ in 0..<1000 {
      guard !process.hasExited, !isListening else { return }
      usleep(10_000)
    }
  }

  /// Whether the monitor accepts connections: QEMU creates the socket before it listens.
  private var isListening: Bool {
    // The flags in /proc/net/unix of a socket that accepts connections.
    (try? readText("/proc/net/unix"))?.split(separator: "\n").contains {
      $0.hasSuffix(" " + socket) && $0.contains(" 00010000 ")
    } ?? false
  }

  /// Sends a signal to the process.
  func signal(_ number: CInt) {
    Glibc.kill(process.pid, number)
  }

  func stop() {
    process.kill()
    unsafe unlink(socket)
  }
}
