import Glibc
import LinuxSystem
import Testing

@Suite("Simulated VMs", .serialized)
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

  @Test("Simulated VMs are discovered, and their provenance is simulated")
  func found() throws {
    let program = try demo(vms: 2, vcpus: 3)
    let result = try Command.vitals("list", "--method", "handover", "--handover", directory)
    #expect(result.status == 0)
    #expect(result.lines.count { $0.contains("kvm:simulated") } == 2 * (1 + 3))
    program.child.kill()
  }

  @Test("doctor ignores simulated VMs and says so")
  func undiagnosed() throws {
    let program = try demo(vms: 2, vcpus: 3)
    let result = try Command.vitals(
      "doctor", "kvm/demo-*", "--method", "handover", "--handover", directory, "--for", "500ms")
    #expect(!result.output.contains("finding"), "\(result.output)")
    #expect(result.errors.contains("simulated"), "\(result.errors)")
    program.child.kill()
  }

  @Test("The descriptors of 600 vCPUs arrive in several messages")
  func many() throws {
    let program = try demo(vms: 1, vcpus: 600)
    // On a busy host the demo may answer after the reader's deadline.
    var count = 0
    for _ in 0..<20 where count != 600 {
      count = try Command.vitals(
        "list", "kvm/*/vcpu*", "--method", "handover", "--handover", directory
      ).lines.count { $0.contains("kvm:simulated") }
    }
    #expect(count == 600)
    program.child.kill()
  }

  @Test("A directory in use is rejected; the sockets of a killed demo are replaced")
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
    // After --for the demo removed its sockets.
    #expect(try directoryEntries(directory) == [])
  }

  @Test("watch reports once that the VMs of a killed VMM are gone")
  func gone() throws {
    let script = """
      "$0" demo --simulated --vms 2 --payload idle --for 30s --handover "$1" --tables "$2" \
        >/dev/null &
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
