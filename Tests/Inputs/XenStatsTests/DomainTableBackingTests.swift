import CAllocations
import Glibc
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing
import XenTable

@testable import XenStats

/// The backing over statistics tables.
@Suite struct DomainTableBackingTests {
  private let none = Inactive.unsigned

  private func records(
    _ table: SimulatedTables.Table, vcpus: Int
  ) throws -> (DomainTableBacking, DomainTable) {
    let tables = SimulatedTables()
    tables.tables[1] = table
    return (DomainTableBacking(), try DomainTable(of: 1, vcpuCount: vcpus, from: tables))
  }

  @Test("The backing conforms with tables of the proposal and with retired or closed entries")
  func conformance() throws {
    let layout = try XenTableLayout(count: 20)
    let table = try SimulatedTables.Table(frames: 1)
    let writer = try table.writer(layout)
    for vcpu in 0..<20 { writer.update(vcpu, with: .running(UInt64(vcpu) + 5)) }
    writer.retire(4)
    let (records, domain) = try records(table, vcpus: 20)
    var words: [Int: [UInt64]] = [:]
    var members = (0..<20).map { vcpu in
      let token = records.open(vcpu, of: domain)
      words[token] =
        [vcpu == 4 ? none : UInt64(vcpu) + 5] + Array(repeating: none, count: 9)
      return BackingConformance.Member(token: token, schema: XenStatsSchemas.vcpu)
    }
    records.close(members[9].token)
    members[9].works = false
    #expect(
      BackingConformance(records, members: members, expected: { words[$0] }).run() == [])
  }

  @Test("The backing conforms while a table with a clock is written and extrapolated")
  func conformanceWhileWritten() throws {
    let layout = try XenTableLayout(size: XenTableLayout.fullSize, count: 4)
    let table = try SimulatedTables.Table(frames: 1)
    let start = monotonicNanoseconds()
    let writer = try table.writer(
      layout, mark: XenTableMark(domain: 1, generation: 1, created: start))
    var states: [XenRunState] = [.running, .runnable, .blocked, .offline]
    var times = Array(
      repeating: XenRunTimes(
        running: .value(0), runnable: .value(0), blocked: .value(0), offline: .value(0)),
      count: 4)
    var last = start
    func update() {
      let now = monotonicNanoseconds()
      for vcpu in 0..<4 {
        let state = states[vcpu]
        times[vcpu][state] = .value((times[vcpu][state].value ?? 0) + now - last)
        states[vcpu] = XenRunState.allCases[(Int(state.rawValue) + 1) % 4]
        writer.update(
          vcpu,
          with: XenVCPUEntry(
            times: times[vcpu], stateEntryTime: .value(now), sampleTime: .value(now),
            state: states[vcpu], startTime: .value(start), generation: .value(1)))
      }
      last = now
    }
    update()
    let (records, domain) = try records(table, vcpus: 4)
    let members = (0..<4).map {
      BackingConformance.Member(
        token: records.open($0, of: domain), schema: XenStatsSchemas.vcpu)
    }
    #expect(BackingConformance(records, members: members, advance: update).run() == [])
    // The four times add up to the time since the start.
    let probe = Probe(records, members.map { ($0.token, $0.schema) })
    for member in members {
      let sum = ["running_ns", "runnable_ns", "blocked_ns", "offline_ns"]
        .compactMap { probe.value($0, member.token) }.reduce(0, +)
      #expect(probe.value("sample_ns", member.token).map { $0 - start } == sum)
    }
  }

  @Test("Rates refer to the time of the hypervisor; without an update there is none")
  func clock() throws {
    let layout = try XenTableLayout(size: XenTableLayout.fullSize, count: 2)
    let table = try SimulatedTables.Table(frames: 1)
    let writer = try table.writer(
      layout, mark: XenTableMark(domain: 1, generation: 1, created: 0, clock: .system))
    // Its clock is far ahead of ours or far behind it.
    let times: [UInt64] = [7_000_000_000, 1 << 50]
    func update(_ vcpu: Int, at time: UInt64, running: UInt64) {
      writer.update(
        vcpu,
        with: XenVCPUEntry(
          times: XenRunTimes(running: .value(running)), sampleTime: .value(time), state: .running))
    }
    for vcpu in 0..<2 {
      let (records, domain) = try records(table, vcpus: 2)
      let token = records.open(vcpu, of: domain)
      let probe = Probe(records, [(token, XenStatsSchemas.vcpu)])
      let entry = probe.sampler.plan.entries[0]
      let running = try #require(XenStatsSchemas.vcpu["running_ns"])
      // The first update is read some time after it was written.
      update(vcpu, at: times[vcpu], running: 1_000_000)
      probe.sampler.pass()
      sleepNanoseconds(5_000_000)
      update(vcpu, at: times[vcpu] + 4_000_000, running: 2_000_000)
      probe.sampler.pass()
      let rate = try #require(probe.sampler.rate(running, of: entry))
      #expect(rate.increase == 1_000_000)
      #expect(
        rate.interval.nominal == 4_000_000,
        "the interval is that between the updates, not between the passes")
      // Without an update there is neither a rate nor a zero.
      probe.sampler.pass()
      #expect(probe.sampler.rate(running, of: entry) == nil)
      #expect(probe.value("running_ns", token) == 2_000_000)
      #expect(probe.status(token) == .up)
    }
  }

  @Test("A window never ends after its reading, and keeps the distance to other windows")
  func windows() {
    var clock = HypervisorClock()
    let first = clock.window(of: 1_000, readIn: Window(begin: 90, end: 100))
    #expect(first == Window(begin: 100, end: 100))
    #expect(clock.window(of: 990, readIn: Window(begin: 110, end: 120)).end == 90)
    // A fresher update than the first: all later windows are earlier.
    #expect(clock.window(of: 1_050, readIn: Window(begin: 110, end: 120)).end == 120)
    #expect(clock.window(of: 1_000, readIn: Window(begin: 120, end: 130)).end == 70)
    // Extreme times still give a valid window.
    #expect(clock.window(of: 0, readIn: Window(begin: 120, end: 130)).end == 1)
    #expect(clock.window(of: .max >> 1, readIn: Window(begin: 120, end: 130)).end <= 130)
  }

  @Test("An entry whose writer died during an update is stale")
  func deadWriter() throws {
    let layout = try XenTableLayout(count: 2)
    let table = try SimulatedTables.Table(frames: 1)
    let writer = try table.writer(layout)
    for vcpu in 0..<2 { writer.update(vcpu, with: .running(7)) }
    let (records, domain) = try records(table, vcpus: 2)
    let tokens = (0..<2).map { records.open($0, of: domain) }
    let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.vcpu) })
    let memory = try table.memory()
    memory.storeRelaxed(UInt32(3), at: layout.offset(ofEntry: 1))
    probe.sampler.pass()
    #expect(probe.status(tokens[0]) == .up && probe.status(tokens[1]).isStale)
    #expect(probe.value("running_ns", tokens[1]) == 7)
    writer.update(1, with: .running(9))
    probe.sampler.pass()
    #expect(probe.value("running_ns", tokens[1]) == 9 && probe.status(tokens[1]) == .up)
  }

  @Test(
    "A pass over 1,024 vCPUs of tables allocates nothing",
    .enabled(if: allocations_are_counted(), "a sanitizer has malloc"))
  func allocations() throws {
    let layout = try XenTableLayout(count: 1024)
    let table = try SimulatedTables.Table(frames: layout.frameCount)
    let writer = try table.writer(layout)
    for vcpu in 0..<1024 { writer.update(vcpu, with: .running(UInt64(vcpu) + 1)) }
    let (records, domain) = try records(table, vcpus: 1024)
    let tokens = (0..<1024).map { records.open($0, of: domain) }
    let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.vcpu) })
    probe.sampler.pass()
    allocations_reset()
    probe.sampler.pass()
    #expect(allocations_count() == 0)
    #expect(probe.value("running_ns", tokens[1023]) == 1024)
  }
}

/// The privcmd device without Xen.
@Suite struct PrivcmdTests {
  @Test("A missing device and a wrong device give an error with the failed call")
  func errors() throws {
    do throws(SystemError) {
      _ = try XenPrivcmd("/nonexistent/privcmd")
      Issue.record("a nonexistent device opened")
    } catch {
      #expect(error.call == "open" && error.code == ENOENT)
    }
    let other = try XenPrivcmd("/dev/null")
    do throws(SystemError) {
      _ = try other.frameCount(of: .vcpuStatistics, ofDomain: 7)
      Issue.record("/dev/null reported frames")
    } catch {
      #expect(error.code == ENOTTY)
      #expect(
        "\(error)".contains("IOCTL_PRIVCMD_MMAP_RESOURCE (size) resource type 3 id 0 of domain 7"))
    }
    do throws(SystemError) {
      try other.restrict(to: 7)
      Issue.record("/dev/null was restricted")
    } catch {
      #expect(error.call == "IOCTL_PRIVCMD_RESTRICT" && error.object == "domain 7")
    }
  }
}
