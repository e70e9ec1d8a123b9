import Glibc
import KVMGuests
import LinuxSystem
import Testing

@Suite(.serialized, .enabled(if: TestHost.hasGuests, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct GuestFleetTests {
  private let members = ["alpha", "beta"].map {
    GuestProcessConfiguration(
      name: $0, guest: GuestConfiguration(payload: .idle, vcpus: 2))
  }

  @Test("The processes of a fleet look like VMMs and keep their statistics descriptors open")
  func ready() throws {
    let fleet = try GuestFleet(members, launcher: TestHost.holder())
    #expect(fleet.pids.count == 2)
    for (member, pid) in zip(fleet.configurations, fleet.pids) {
      let words = try readText("/proc/\(pid)/cmdline").split(separator: "\0").map(String.init)
      #expect(words.dropFirst().prefix(4) == ["-name", member.name, "-uuid", member.uuid])
      let links = try directoryEntries("/proc/\(pid)/fd").compactMap {
        try? readLink("/proc/\(pid)/fd/\($0)")
      }
      #expect(links.contains("anon_inode:kvm-vcpu-stats:1"))
      #expect(links.contains("anon_inode:kvm-vm-stats"))
      #expect(try readText("/proc/\(pid)/comm") == "guest-holder\n")
    }
    let pids = fleet.pids
    fleet.stop()
    #expect(pids.allSatisfy { !TestHost.isAlive($0) })
  }

  @Test("A fleet reports a killed process, and the other processes continue")
  func killed() throws {
    let fleet = try GuestFleet(members, launcher: TestHost.holder())
    kill(fleet.pids[0], SIGKILL)
    #expect(TestHost.waits { fleet.hasExited(0) })
    #expect(!fleet.hasExited(1))
    fleet.kill(1)
    #expect(fleet.hasExited(1))
    fleet.kill(1)
  }

  @Test("The processes of a fleet exit if their owner is killed")
  func orphans() throws {
    let pipe = try Pipe()
    let launcher = try TestHost.holder()
    let owner = try ChildProcess(
      executable: launcher.executable, arguments: ["--fleet", "2", "--payload", "halt-timer"],
      output: pipe.writer)
    let output = pipe.closeWriter()
    let hasOutput = output.waitForInput(milliseconds: 10_000)
    #expect(hasOutput)
    var line = [UInt8](repeating: 0, count: 100)
    let count = try output.read(into: &line)
    let words = String(decoding: line[..<count], as: UTF8.self).split { $0 == " " || $0 == "\n" }
    #expect(words.first == "ready")
    let pids = words.dropFirst().compactMap { CInt($0) }
    #expect(pids.count == 2)
    #expect(pids.allSatisfy(TestHost.isAlive))
    owner.kill()
    #expect(TestHost.waits { pids.allSatisfy { !TestHost.isAlive($0) } })
  }

  @Test("The fleet throws the error of its process")
  func failure() throws {
    let guest = GuestConfiguration(payload: .created, vcpus: 100_000)
    let error = #expect(throws: SystemError.self) {
      try GuestFleet(
        [GuestProcessConfiguration(name: "big", guest: guest)], launcher: TestHost.holder())
    }
    #expect(error?.call == "KVM_CREATE_VCPU")
    #expect(error?.code == EINVAL)
  }

  @Test(
    "A program that does not report is an error before the timeout",
    arguments: [
      ("/bin/true", [], ENODATA), ("/bin/sleep", ["60", "#"], ENODATA),
      ("/bin/sh", ["-c", "exec sleep 60"], ETIMEDOUT), ("/nonexistent", [], ENOENT),
    ])
  func silent(program: String, arguments: [String], code: CInt) throws {
    let launcher = Launcher(executable: program, leadingArguments: arguments)
    let error = #expect(throws: SystemError.self) {
      try GuestFleet(members, launcher: launcher, readyWithin: .milliseconds(300))
    }
    #expect(error?.code == code)
  }
}
