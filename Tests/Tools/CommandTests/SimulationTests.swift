import Glibc
import LinuxSystem
import Testing

@Suite("Simulated machines", .serialized)
final class SimulationTests {
  private let directory = "/tmp/vitals-simulation-\(UInt64.random(in: 0 ... .max))"
  private let tables = "/dev/shm/vitals-simulation-\(UInt64.random(in: 0 ... .max))"

  deinit {
    for name in (try? directoryEntries(tables)) ?? [] { removeFile("\(tables)/\(name)") }
    unsafe rmdir(tables)
  }

  private func demo(vms: Int, vcpus: Int) throws -> RunningProgram {
    try RunningProgram(
      [
        Command.product("vitals"), "demo", "--simulated", "--vms", "\(vms)", "--vcpus", "\(vcpus)",
        "--for", "30s", "--handover", directory, "--tables", tables,
      ], until: "vitals watch")
  }

  @Test("They are found as a VMM's would be, and called simulated")
  func found() throws {
    let program = try demo(vms: 2, vcpus: 3)
    let result = try Command.vitals("list", "--method", "handover", "--handover", directory)
    #expect(result.status == 0)
    #expect(result.lines.count { $0.contains("kvm:simulated") } == 2 * (1 + 3))
    program.child.kill()
  }

  @Test("The doctor draws no conclusions from their numbers, and says so")
  func undiagnosed() throws {
    let program = try demo(vms: 2, vcpus: 3)
    let result = try Command.vitals(
      "doctor", "kvm/demo-*", "--method", "handover", "--handover", directory, "--for", "500ms")
    #expect(!result.output.contains("finding"), "\(result.output)")
    #expect(result.errors.contains("simulated"), "\(result.errors)")
    program.child.kill()
  }

  @Test("A thousand vCPUs of one machine come in several messages")
  func many() throws {
    let program = try demo(vms: 1, vcpus: 600)
    // On a busy machine the demo may answer after the reader's deadline.
    var count = 0
    for _ in 0..<20 where count != 600 {
      count = try Command.vitals(
        "list", "kvm/*/vcpu*", "--method", "handover", "--handover", directory
      ).lines.count { $0.contains("kvm:simulated") }
    }
    #expect(count == 600)
    program.child.kill()
  }

  @Test("The same directory twice is refused; a killed demo's sockets are taken over")
  func twice() throws {
    let first = try demo(vms: 1, vcpus: 1)
    let second = try Command.vitals(
      "demo", "--simulated", "--vms", "1", "--for", "1s", "--handover", directory, "--tables",
      tables)
    #expect(second.status == 1)
    #expect(second.errors.contains("in use"))
    first.child.kill()
    let third = try Command.vitals(
      "demo", "--simulated", "--vms", "1", "--for", "200ms", "--handover", directory, "--tables",
      tables)
    #expect(third.status == 0)
    // It ended by itself and left nothing behind.
    #expect(try directoryEntries(directory) == [])
  }

  @Test("A killed VMM's machines are told once while they are watched")
  func gone() throws {
    let script = """
      "$0" demo --simulated --vms 2 --payload idle --for 30s --handover "$1" --tables "$2" >/dev/null &
      sleep 1
      "$0" watch --method handover --handover "$1" --every 300ms --count 5 &
      watch=$!
      sleep 0.8
      kill -9 %1
      wait $watch
      """
    let result = try Command.run(
      ["bash", "-c", "set -m; " + script, Command.product("vitals"), directory, tables])
    #expect(result.lines.count { $0.contains("kvm/demo-idle-1 is gone") } == 1)
    #expect(result.lines.count { $0.contains("kvm/demo-idle-2 is gone") } == 1)
  }
}
