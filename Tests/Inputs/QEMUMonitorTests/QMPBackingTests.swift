import Glibc
import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import QEMUMonitor

/// Serialized: the passes are timed, and the host may have only two CPUs.
@Suite(.serialized) struct QMPBackingTests {
  /// The maximum duration of a pass on a loaded host; one that waits for a hang takes 5000 ms.
  private static let maximumPassMilliseconds = 1500.0

  @Test("A probe returns names, schemas and vCPUs")
  func probe() throws {
    let fake = try FakeMonitor("probe")
    defer { fake.stop() }
    let backing = QMPBacking()
    let topology = try backing.probe(backing.open(fake.path), deadlineMilliseconds: 5000).get()
    #expect(topology.version == "7.2.22")
    #expect(topology.name == "fake")
    #expect(topology.uuid == nil)
    #expect(topology.vm?.statistics.map(\.name) == ["time", "pages"])
    #expect(topology.vcpu?.wordCount == 17)
    let expected = (0..<2).map {
      QMPVCPU(index: $0, path: "/cpu[\($0)]", thread: 100 + Int32($0))
    }
    #expect(topology.vcpus == expected)
  }

  @Test("A pass fills all groups, that of each vCPU with its own values")
  func values() throws {
    let fake = try FakeMonitor("values")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    let begin = monotonicNanoseconds()
    host.pass()
    #expect(try host.status(0) == .up)
    #expect(try host.value("pages", 0) == 1000)
    // The maximum word is the inactive marker.
    #expect(try host.value("time", 0) == nil)
    #expect(try host.value("exits", 0, vcpu: 0) == 1000)
    #expect(try host.value("exits", 0, vcpu: 1) == 1001)
    #expect(try host.value("absent", 0, vcpu: 1) == nil)
    let entry = try host.entry(0, vcpu: 1)
    let window = host.sampler.window(of: entry)
    #expect(window.begin >= begin && window.end <= monotonicNanoseconds())
    #expect(window.begin < window.end)
    let waits = try #require(entry.group.schema["halt_wait_hist"])
    #expect(host.sampler.histogram(waits, of: entry)?.counts == [1, 1, 1, 0, 0, 0, 0])
    #expect(host.backing.diagnostic(0) == nil)

    fake.update { $0.exits = 5000 }
    host.pass()
    let rate = host.sampler.rate(try #require(entry.group.schema["exits"]), of: entry)
    #expect(rate?.increase == 4000)
  }

  @Test("Between passes no connection is open, and another client is served")
  func closed() throws {
    let fake = try FakeMonitor("closed")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    for passes in 1...3 {
      host.pass()
      // One connection was that of the probe.
      #expect(
        fake.wait { $0.disconnectedCount == passes + 1 && $0.connectedCount == passes + 1 })
    }
    let client = try UnixSocket.connect(to: fake.path, .stream)
    let isGreeted = client.waitForInput(milliseconds: 5000)
    #expect(isGreeted)
  }

  @Test("A pass sends no command that its selection does not need")
  func commands() throws {
    let fake = try FakeMonitor("commands")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path], deadlineMilliseconds: 5000)
    host.pass()
    fake.update { $0.commands = [] }
    host.pass()
    #expect(fake.now.commands == ["qmp_capabilities", "query-stats", "query-stats"])
    let vmOnly = Sampler(host.tree, matching: try Pattern("/^kvm\\/[^\\/]+$/"))
    fake.update { $0.commands = [] }
    vmOnly.pass()
    #expect(fake.now.commands == ["qmp_capabilities", "query-stats"])
  }

  @Test("The status shows the failure of a monitor, which can recover")
  func failing() throws {
    let fake = try FakeMonitor("failing")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    fake.update { $0.behaviour = .garbage }
    #expect(host.pass() < Self.maximumPassMilliseconds)
    #expect(try host.status(0) == .denied(code: EBADMSG))
    fake.update { $0.behaviour = .refuses }
    #expect(host.pass() < Self.maximumPassMilliseconds)
    #expect(try host.status(0, vcpu: 0) == .denied(code: ENOTSUP))
    #expect(try #require(host.backing.diagnostic(0)).contains("no statistics now"))
    fake.update { $0.behaviour = .healthy }
    host.pass()
    #expect(try host.status(0, vcpu: 0) == .up)
    fake.update { $0.behaviour = .closes }
    #expect(host.pass() < Self.maximumPassMilliseconds)
    #expect(try host.isStale(0))
    fake.update { $0.behaviour = .healthy }
    host.pass()
    #expect(try host.status(0, vcpu: 0) == .up)
    fake.stop()
    host.pass()
    #expect(try host.status(0) == .denied(code: ENOENT))
  }

  @Test("Added and removed vCPUs are detected")
  func hotplug() throws {
    let fake = try FakeMonitor("hotplug")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    host.pass()
    #expect(host.backing.takeChanges() == [])
    fake.update { $0.vcpuCount = 3 }
    host.pass()
    #expect(try host.value("exits", 0, vcpu: 1) == 1001)
    host.pass()
    #expect(host.backing.takeChanges() == [0])
    #expect(host.backing.takeChanges() == [])
    #expect(host.backing.topology(0)?.vcpus.map(\.index) == [0, 1, 2])
    fake.update { $0.vcpuCount = 1 }
    host.pass()
    host.pass()
    #expect(host.backing.takeChanges() == [0])
    #expect(try host.status(0, vcpu: 1) == .gone)
    #expect(try host.status(0, vcpu: 0) == .up)
  }

  @Test("The groups of a closed monitor are gone, and its connection is closed")
  func removed() throws {
    let fake = try FakeMonitor("removed", .healthy)
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    fake.update { $0.behaviour = .late(200) }
    host.pass()
    host.backing.close(0)
    host.pass()
    #expect(try host.status(0) == .gone)
    #expect(try host.status(0, vcpu: 1) == .gone)
    #expect(fake.wait { $0.disconnectedCount == 2 })
  }
}
