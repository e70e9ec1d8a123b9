import FoundationEssentials
import Glibc
import KVMGuests
import LinuxSystem
import Testing

/// The requirements of tests that the host may not meet.
enum Host {
  static let hasGuests = GuestSupport.check() == .usable
  static let isRoot = getuid() == 0
  static let hasPromtool = (try? FileStatus("/usr/bin/promtool")) != nil
  static let hasQEMU = (try? FileStatus("/usr/bin/qemu-system-x86_64")) != nil
  /// Whether BPF programs may be loaded and the kernel has type information.
  static let permitsBPF =
    (try? BPFArray(byteCount: 8, name: "vitals_test")) != nil
    && (try? FileStatus("/sys/kernel/btf/vmlinux")) != nil
}

@Suite("Real guests", .serialized, .enabled(if: Host.hasGuests && Host.isRoot))
struct LiveTests {
  /// A suffix for the names of this run's VMs, since others may run on the host.
  private let run = UInt32.random(in: 0 ... .max)

  private func guest(
    _ name: String, payload: String, vcpus: Int = 1, _ more: String...
  ) throws -> RunningProgram {
    try RunningProgram(
      [
        Command.product("guest-holder"), "--name", "\(name)-\(run)", "--payload", payload,
        "--vcpus", "\(vcpus)", "--for", "60",
      ] + more, until: "ready")
  }

  @Test("list shows each vCPU with its access method and its thread")
  func list() throws {
    let program = try guest("list", payload: "idle", vcpus: 2)
    let result = try Command.vitals("list", "kvm/list-\(run)")
    #expect(result.status == 0)
    #expect(result.lines.count { $0.contains("kvm:pidfd_getfd sched:procfs") } == 2)
    program.child.kill()
  }

  @Test("The number of shown exits equals the number that the guest caused")
  func counted() throws {
    let program = try guest("counted", payload: "counted:12345")
    sleepNanoseconds(500_000_000)
    let result = try Command.vitals(
      "show", "kvm/counted-\(run)/vcpu0", "--match", "fpu_reload", "--format", "json")
    // fpu_reload counts the calls of KVM_RUN; interrupts can add a few to exits.
    #expect(result.output.contains(#""fpu_reload":12345"#), "\(result.output)")
    program.child.kill()
  }

  private struct Line: Decodable {
    struct Source: Decodable { let path: String }
    let sources: [Source]?
    let event: String?
  }

  @Test("watch reports a killed VMM once and continues with the others")
  func gone() throws {
    let kept = try guest("kept", payload: "port-io")
    let lost = try guest("lost", payload: "port-io")
    let pid = lost.child.pid
    let copy = "/tmp/vitals-lines-\(run)"
    defer { removeFile(copy) }
    let killer = try SystemThread(name: "killer") {
      // Wait until watch has written the first sample.
      let end = monotonicNanoseconds() + 30_000_000_000
      while ((try? FileStatus(copy))?.size ?? 0) == 0, monotonicNanoseconds() < end {
        sleepNanoseconds(10_000_000)
      }
      kill(pid, SIGKILL)
    }
    let result = try Command.run([
      "/bin/sh", "-c",
      #""$0" watch 'kvm/*-\#(run)' --every 200ms --count 8 --format json | tee \#(copy)"#,
      Command.product("vitals"),
    ])
    killer.join()
    #expect(result.status == 0)
    let lines = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.count { $0.event == "gone" } == 1)
    let samples = lines.compactMap(\.sources)
    #expect(samples.count == 8)
    #expect(samples.last?.map(\.path).contains("kvm/kept-\(run)/vcpu0") == true)
    #expect(samples.last?.contains { $0.path.hasPrefix("kvm/lost") } == false)
    kept.child.kill()
    lost.child.kill()
  }

  @Test("A lack of descriptors for events is reported, and other groups continue")
  func descriptorLimit() throws {
    let program = try guest("events", payload: "idle", vcpus: 16)
    let events = "page-faults,context-switches,cpu-migrations,task-clock,minor-faults"
    let result = try Command.run([
      "/bin/sh", "-c",
      #"ulimit -n 100; "$0" list 'kvm/events-\#(run)' --events \#(events) --why"#,
      Command.product("vitals"),
    ])
    // Other VMs of the host may have used the descriptors before.
    #expect([0, 3, 4].contains(result.status), "\(result.errors)")
    #expect((result.output + result.errors).contains("EMFILE"), "\(result.output)")
    let unknown = try Command.vitals("list", "kvm", "--events", "kvm_nothing")
    #expect(unknown.status == 4 || unknown.status == 3)
    #expect(unknown.errors.split(separator: "\n").count == 1, "\(unknown.errors)")
    program.child.kill()
  }

  @Test("promtool accepts the Prometheus text", .enabled(if: Host.hasPromtool))
  func prometheus() throws {
    let program = try guest("prom", payload: "halt-timer")
    let result = try Command.run([
      "bash", "-o", "pipefail", "-c",
      #""$0" show --format prometheus | promtool check metrics"#, Command.product("vitals"),
    ])
    #expect(result.status == 0, "\(result.output) \(result.errors)")
    #expect(result.output == "")
    program.child.kill()
  }

  @Test("An unprivileged user sees VMs, schedule statistics, and the reason for denials")
  func unprivileged() throws {
    let program = try guest("denied", payload: "port-io")
    // The product may be in a directory that another user cannot search.
    let copy = "/tmp/vitals-copy-\(run)"
    defer { removeFile(copy) }
    let copied = try Command.run(["install", "-m", "755", Command.product("vitals"), copy])
    #expect(copied.status == 0)
    let list = try Command.run([
      "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", copy, "list",
      "kvm/denied-\(run)",
    ])
    #expect(list.status == 3)
    #expect(list.output.contains("denied"))
    #expect(list.output.contains("sched:procfs"))
    #expect(list.output.contains("CAP_SYS_PTRACE"))
    program.child.kill()
  }

  @Test("check passes for live descriptors and fails for an invalid file")
  func check() throws {
    let program = try guest("check", payload: "idle", vcpus: 2)
    let good = try Command.vitals("check")
    #expect(good.status == 0, "\(good.output)")
    #expect(good.output.contains("kvm-vcpu-stats:1 of process \(program.child.pid)"))
    let path = "/tmp/vitals-broken-\(run)"
    defer { removeFile(path) }
    try Descriptor.open(path, for: .create).write([UInt8](repeating: 7, count: 100))
    let bad = try Command.vitals("check", path, "--format", "junit")
    #expect(bad.status == 1)
    #expect(bad.output.contains("<failure"))
    program.child.kill()
  }

  @Test("A QEMU without statistics descriptors is read with QMP", .enabled(if: Host.hasQEMU))
  func monitor() throws {
    let socket = "/tmp/vitals-qmp-\(run).sock"
    defer { removeFile(socket) }
    let vm = try qemu("qemu-\(run)", socket)
    let methods = "pidfd,qmp,debugfs"
    let list = ["list", "kvm/qemu-\(run)", "--method", methods]
    var result = try Command.vitals(list)
    for _ in 0..<50 where !result.output.contains("kvm:qmp") {
      sleepNanoseconds(100_000_000)
      result = try Command.vitals(list)
    }
    // QEMU 8.1 and later keep descriptors open, which are preferred.
    let isNew = result.output.contains("kvm:pidfd_getfd")
    #expect(result.lines.count { $0.contains("kvm:qmp") } == (isNew ? 0 : 3), "\(result.output)")
    let show = try Command.vitals(
      "show", "kvm/qemu-\(run)/vcpu0", "--match", "exits", "--format", "json", "--method", methods)
    #expect(show.output.contains(#""exits":"#))
    vm.kill()
  }

  private func qemu(_ name: String, _ socket: String) throws -> ChildProcess {
    try ChildProcess(
      executable: "/usr/bin/qemu-system-x86_64",
      arguments: [
        "-accel", "kvm", "-m", "128", "-smp", "2", "-display", "none", "-nodefaults", "-boot", "n",
        "-name", name, "-qmp", "unix:\(socket),server=on,wait=off",
      ], output: Pipe().writer)
  }

  @Test(
    "A QEMU whose monitor another client uses is read with BPF",
    .enabled(if: Host.hasQEMU && Host.permitsBPF))
  func heldMonitor() throws {
    let socket = "/tmp/vitals-held-\(run).sock"
    defer { removeFile(socket) }
    let vm = try qemu("held-\(run)", socket)
    defer { vm.kill() }
    let client = try connect(socket)
    // The greeting shows that the monitor accepted this client.
    let isGreeted = client.waitForInput(milliseconds: 5000)
    try #require(isGreeted)
    let list = try Command.vitals("list", "kvm/held-\(run)")
    let isNew = list.output.contains("kvm:pidfd_getfd")
    #expect(
      list.lines.count { $0.contains("kvm:bpf") } == (isNew ? 1 : 3), "\(list.output)")
    let watch = try Command.vitals(
      "watch", "kvm/held-\(run)", "--every", "100ms", "--count", "1", "--stat", "exits,run_ns")
    #expect(watch.lines.count { $0.contains("kvm/held-\(run)/vcpu") } == 2, "\(watch.output)")
    let show = try Command.vitals("show", "kvm/held-\(run)/vcpu1", "--format", "json")
    #expect(show.output.contains("halt_wait_hist") && show.output.contains(#""exits":"#))
    // Keep the connection open until here.
    let number = client.rawValue
    #expect(number >= 0)
  }

  /// Connects to a socket, and retries for 5 s until a process listens on it.
  private func connect(_ path: String) throws -> UnixSocket {
    for _ in 0..<50 {
      if let socket = try? UnixSocket.connect(to: path, .stream) { return socket }
      sleepNanoseconds(100_000_000)
    }
    return try UnixSocket.connect(to: path, .stream)
  }
}

@Suite("vitals demo", .serialized, .enabled(if: Host.hasGuests && Host.isRoot))
struct DemoTests {
  private let tables = "/dev/shm/vitals-test-\(UInt64.random(in: 0 ... .max))"

  /// The lock file remains: another process may be about to lock it.
  private func removeTables() {
    removeFile("\(tables)/demo.lock")
    unsafe rmdir(tables)
  }

  @Test("demo ends after --for, and its processes and files with it")
  func ends() throws {
    defer { removeTables() }
    let result = try Command.vitals(
      "demo", "--vms", "2", "--vcpus", "1", "--for", "500ms", "--tables", tables)
    #expect(result.status == 0)
    let pids = result.output.matches(of: /process ([0-9]+)/).compactMap { Int32($0.1) }
    #expect(pids.count == 3)
    #expect(result.output.contains("app/demo: process"))
    for pid in pids { #expect(kill(pid, 0) == -1) }
    #expect(try directoryEntries(tables) == ["demo.lock"])
  }

  @Test("The guests of a killed demo end")
  func killed() throws {
    let program = try RunningProgram(
      [Command.product("vitals"), "demo", "--vms", "2", "--for", "60s", "--tables", tables],
      until: "vitals watch")
    defer { removeTables() }
    let children = try directoryEntries("/proc").compactMap { Int32($0) }.filter { pid in
      (try? readText("/proc/\(pid)/cmdline"))?.contains("--parent\0\(program.child.pid)\0") == true
    }
    #expect(children.count == 2)
    program.child.kill()
    for _ in 0..<100 where children.contains(where: { kill($0, 0) == 0 }) {
      sleepNanoseconds(20_000_000)
    }
    for pid in children { #expect(kill(pid, 0) == -1) }
    // The publisher detects the end of its parent and removes its files.
    for _ in 0..<100 where try directoryEntries(tables).count > 1 { sleepNanoseconds(20_000_000) }
    #expect(try directoryEntries(tables) == ["demo.lock"])
  }
}
