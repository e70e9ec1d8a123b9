import Glibc
import LinuxSystem
import Statistics
import StatsTree
import Testing

@testable import QEMUMonitor

/// Monitors that do not answer; serialized, since the passes are timed.
@Suite(.serialized) struct QMPHangingTests {
  /// What a loaded machine may add to 100 ms; a pass that waits for a hang takes 5 s.
  private static let patience = 1500.0
  private static let hang = 5000

  @Test(
    "One that does not answer costs the pass its deadline, once, and others nothing",
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
    // It may be waiting for a client already.
    usleep(50_000)
    good.update { $0.exits = 2000 }
    let first = host.pass()
    #expect(first > 90 && first < Self.patience)
    #expect(try host.isStale(0) && host.isStale(0, vcpu: 1))
    // The last numbers known are shown as such.
    #expect(try host.value("exits", 0, vcpu: 0) == 1000)
    #expect(try host.status(1) == .up)
    #expect(try host.value("exits", 1, vcpu: 1) == 2001)
    #expect(host.backing.remark(0) != nil)
    var later: [Double] = []
    for round in 1...20 {
      good.update { $0.exits = 2000 + UInt64(round) }
      later.append(host.pass())
      #expect(try host.isStale(0))
      #expect(try host.value("exits", 1, vcpu: 0) == 2000 + UInt64(round))
    }
    // Of 20 passes most take no time; a silent one may be tried again for a moment.
    #expect(later.sorted()[10] < 50)
    #expect(later.reduce(0, +) < Self.patience)
  }

  @Test("A late answer is taken when it is there, with the window of its query")
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
    let asked = monotonicNanoseconds()
    // Both queries are answered after 300 ms.
    var passes = 0
    while try host.status(0) != .up, passes < 500 {
      usleep(10_000)
      host.pass()
      passes += 1
    }
    #expect(try host.value("exits", 0, vcpu: 0) == 3000)
    let window = host.sampler.window(of: try host.entry(0))
    #expect(window.begin >= begin && window.begin <= asked)
    #expect(window.end - window.begin > 250_000_000)
    // It recovers.
    fake.update {
      $0.behaviour = .healthy
      $0.exits = 4000
    }
    host.pass()
    #expect(try host.value("exits", 0, vcpu: 0) == 4000)
    #expect(host.backing.remark(0) == nil)
  }

  @Test("A monitor that another client holds is named, left alone, and tried again")
  func held() throws {
    let fake = try FakeMonitor("held")
    defer { fake.stop() }
    let host = try QMPHost(paths: [fake.path])
    #expect(fake.wait { $0.leavers == 1 })
    let other = fake.hold()
    #expect(fake.wait { $0.clients == 2 })
    host.pass()
    #expect(try host.isStale(0))
    let remark = try #require(host.backing.remark(0))
    #expect(remark.contains(fake.path) && remark.contains("another client holds it"))
    _ = consume other
    #expect(fake.wait { $0.leavers >= 2 })
    // It rests for a second; on a busy machine the short second try may be late, and it rests again.
    for _ in 0..<20 where try host.status(0) != .up {
      usleep(1_100_000)
      host.pass()
    }
    #expect(try host.status(0) == .up)
  }

  @Test("Probes have one deadline together, and say why they failed")
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
    #expect(Double(monotonicNanoseconds() - begin) / 1e6 < Self.patience)
    let failures = results.map { result -> QMPError? in
      if case .failure(let failure) = result { failure } else { nil }
    }
    #expect(failures[0] == nil)
    #expect(failures[1] == .held)
    #expect(failures[2] == .late)
    #expect(failures[3]?.status == .denied(code: EBADMSG))
    #expect(failures[4]?.status == .denied(code: ENOTSUP))
    #expect(failures[5]?.status == .denied(code: ENOENT))
  }
}
