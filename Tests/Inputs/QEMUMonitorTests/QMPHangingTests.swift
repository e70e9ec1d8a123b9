import Glibc
import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import QEMUMonitor

/// Monitors that do not answer; serialized, because the passes are timed.
@Suite(.serialized) struct QMPHangingTests {
  /// The maximum duration of a pass on a loaded host; one that waits for a hang takes 5000 ms.
  private static let maximumPassMilliseconds = 1500.0
  private static let hang = 5000

  @Test(
    "A hanging monitor delays one pass by its deadline, and no other monitor",
    arguments: [FakeMonitor.Behaviour.late(hang), .half(hang), .silent])
  func hanging(behaviour: FakeMonitor.Behaviour) throws {
    let bad = try FakeMonitor("hanging")
    let good = try FakeMonitor("fine")
    defer {
      bad.stop()
      good.stop()
    }
    let host = try QMPHost(paths: [bad.path, good.path])
    host.pass()
    bad.update { $0.behaviour = behaviour }
    // The fake may be in accept(2) already.
    usleep(50_000)
    good.update { $0.exits = 2000 }
    let first = host.pass()
    #expect(first > 90 && first < Self.maximumPassMilliseconds)
    #expect(try host.isStale(0) && host.isStale(0, vcpu: 1))
    // The last known values remain.
    #expect(try host.value("exits", 0, vcpu: 0) == 1000)
    #expect(try host.status(1) == .up)
    #expect(try host.value("exits", 1, vcpu: 1) == 2001)
    #expect(host.backing.diagnostic(0) != nil)
    var later: [Double] = []
    for round in 1...20 {
      good.update { $0.exits = 2000 + UInt64(round) }
      later.append(host.pass())
      #expect(try host.isStale(0))
      #expect(try host.value("exits", 1, vcpu: 0) == 2000 + UInt64(round))
    }
    // Most of the 20 passes do not wait; some retry a silent monitor with the minimum timeout.
    #expect(later.sorted()[10] < 50)
    #expect(later.reduce(0, +) < Self.maximumPassMilliseconds)
  }

  @Test("A late answer is used after it arrives, with the window of its command")
  func late() throws {
    let fake = try FakeMonitor("late")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    host.pass()
    fake.update {
      $0.behaviour = .late(150)
      $0.exits = 3000
    }
    let begin = monotonicNanoseconds()
    host.pass()
    #expect(try host.isStale(0, vcpu: 0))
    let firstPassEnd = monotonicNanoseconds()
    // The fake answers both commands after 300 ms.
    var passes = 0
    while try host.status(0) != .up, passes < 500 {
      usleep(10_000)
      host.pass()
      passes += 1
    }
    #expect(try host.value("exits", 0, vcpu: 0) == 3000)
    let window = host.sampler.window(of: try host.entry(0))
    #expect(window.begin >= begin && window.begin <= firstPassEnd)
    #expect(window.end - window.begin > 250_000_000)
    // The monitor recovers.
    fake.update {
      $0.behaviour = .healthy
      $0.exits = 4000
    }
    host.pass()
    #expect(try host.value("exits", 0, vcpu: 0) == 4000)
    #expect(host.backing.diagnostic(0) == nil)
  }

  @Test("A monitor that serves another client has a diagnostic, and is retried later")
  func held() throws {
    let fake = try FakeMonitor("held")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    #expect(fake.wait { $0.disconnectedCount == 1 })
    let other = fake.connectClient()
    #expect(fake.wait { $0.connectedCount == 2 })
    host.pass()
    #expect(try host.status(0) == .pending)
    let text = try #require(host.backing.diagnostic(0))
    #expect(text.contains(fake.path) && text.contains("another client is connected"))
    _ = consume other
    #expect(fake.wait { $0.disconnectedCount >= 2 })
    // The monitor is skipped for a second. On a busy host the retry with the minimum timeout may
    // fail, and the monitor is skipped again.
    for _ in 0..<20 where try host.status(0) != .up {
      usleep(1_100_000)
      host.pass()
    }
    #expect(try host.status(0) == .up)
  }

  @Test("Probes share one deadline and return the reasons of errors")
  func probes() throws {
    let fakes = try [
      FakeMonitor("p0"), FakeMonitor("p1", .silent), FakeMonitor("p2", .late(Self.hang)),
      FakeMonitor("p3", .garbage), FakeMonitor("p4", .refuses),
    ]
    defer { for fake in fakes { fake.stop() } }
    let backing = QMPBacking()
    let monitors = fakes.map { backing.open($0.path) } + [backing.open("/nonexistent/socket")]
    let begin = monotonicNanoseconds()
    let results = backing.probeAll(monitors, deadlineMilliseconds: 200)
    #expect(Double(monotonicNanoseconds() - begin) / 1e6 < Self.maximumPassMilliseconds)
    let errors = results.map { result -> QMPError? in
      if case .failure(let error) = result { error } else { nil }
    }
    #expect(errors[0] == nil)
    #expect(errors[1] == .noGreeting)
    #expect(errors[2] == .late)
    #expect(errors[3]?.status == .denied(code: EBADMSG))
    #expect(errors[4]?.status == .denied(code: ENOTSUP))
    #expect(errors[5]?.status == .denied(code: ENOENT))
  }
}
