import Glibc
import KVMGuests
import LinuxSystem
import Testing

@Suite(.serialized, .enabled(if: Host.hasGuests, "no usable /dev/kvm"), .timeLimit(.minutes(1)))
struct GuestFleetTests {
  private let members = ["alpha", "beta"].map {
    HoldConfiguration(
      name: $0, guest: GuestConfiguration(payload: .idle, vcpus: 2))
  }

  @Test("A fleet's processes look like VMMs and keep their statistics open")
  func ready() throws {
    let fleet = try GuestFleet(members, launcher: Host.holder())
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
    #expect(pids.allSatisfy { !Host.isAlive($0) })
  }

  @Test("A killed member is noticed, the others go on")
  func killed() throws {
    let fleet = try GuestFleet(members, launcher: Host.holder())
    kill(fleet.pids[0], SIGKILL)
    #expect(Host.waits { fleet.hasEnded(0) })
    #expect(!fleet.hasEnded(1))
    fleet.kill(1)
    #expect(fleet.hasEnded(1))
    fleet.kill(1)
  }

  @Test("A fleet whose owner is killed leaves no process behind")
  func orphans() throws {
    let pipe = try Pipe()
    let launcher = try Host.holder()
    let owner = try ChildProcess(
      executable: launcher.executable, arguments: ["--fleet", "2", "--payload", "halt-timer"],
      output: pipe.writer)
    let output = pipe.closeWriter()
    let spoke = output.waitForInput(milliseconds: 10_000)
    #expect(spoke)
    var line = [UInt8](repeating: 0, count: 100)
    let count = try output.read(into: &line)
    let words = String(decoding: line[..<count], as: UTF8.self).split { $0 == " " || $0 == "\n" }
    #expect(words.first == "ready")
    let pids = words.dropFirst().compactMap { CInt($0) }
    #expect(pids.count == 2)
    #expect(pids.allSatisfy(Host.isAlive))
    owner.kill()
    #expect(Host.waits { pids.allSatisfy { !Host.isAlive($0) } })
  }

  @Test("A child's reason is its parent's error")
  func failure() throws {
    let guest = GuestConfiguration(payload: .created, vcpus: 100_000)
    let error = #expect(throws: SystemError.self) {
      try GuestFleet([HoldConfiguration(name: "big", guest: guest)], launcher: Host.holder())
    }
    #expect(error?.call == "KVM_CREATE_VCPU")
    #expect(error?.code == EINVAL)
  }

  @Test(
    "A program that says nothing is an error in time",
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
