import CAllocations
import Glibc
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import XenStats

/// The backings over libxenctrl: domains, vCPUs, run states.
@Suite struct ControlRecordsTests {
  private let none = Inactive.unsigned

  /// A backing with an open group for each domain of a host.
  private func domains(
    _ xen: FakeXen, capacity: Int = 64
  ) throws -> (DomainBacking, [Int], DomainLister) {
    let lister = DomainLister(try xen.control(), capacity: capacity)
    let records = DomainBacking(lister)
    var tokens: [Int] = []
    #expect(lister.walk { info, _ in tokens.append(records.open(info)) } == 0)
    return (records, tokens, lister)
  }

  @Test("The backing of domains conforms, with ended and replaced domains")
  func domainConformance() throws {
    var states = (0..<40).map { FakeXen.DomainState(UInt32($0 * 2)) }
    for index in states.indices {
      states[index].identity = XenIdentity(high: 1, low: UInt64(index))
      states[index].run = UInt64(index) * 1000
    }
    let xen = try FakeXen(domains: states)
    let (records, tokens, _) = try domains(xen)
    // One domain has ended; another one has its number from an ended domain.
    states.remove(at: 7)
    states[20].identity = XenIdentity(high: 2, low: 2)
    xen.domains = states
    let members = tokens.enumerated().map { index, token in
      BackingConformance.Member(
        token: token, schema: XenStatsSchemas.domain, works: index != 7 && index != 21)
    }
    let violations = BackingConformance(
      records, members: members,
      expected: { token in
        let index = tokens.firstIndex(of: token) ?? 0
        return [UInt64(index) * 1000, 2, 2, 1024 * 4096, 2048 * 4096, 0, 0, 2]
      }
    ).run()
    #expect(violations == [])
  }

  @Test("The flags and page counts of a domain are converted")
  func domainStates() throws {
    let flags: [(UInt64, String)] = [
      (1 << 5, "running"), (0, "runnable"), (1 << 4, "blocked"), (1 << 3 | 1 << 4, "paused"),
      (1 << 2 | 2 << 16, "suspended"), (1 << 2, "shutdown"), (1 << 2 | 1 << 16, "shutdown"),
      (1 << 2 | 3 << 16, "crashed"), (1 << 2 | 4 << 16, "crashed"), (1 | 1 << 2 | 1 << 3, "dying"),
    ]
    var states = flags.indices.map { FakeXen.DomainState(UInt32($0)) }
    for index in states.indices { states[index].flags = flags[index].0 }
    states[0].maximumPages = UInt64(UInt32.max)
    states[1].pages = 1 << 60
    let (records, tokens, _) = try domains(FakeXen(domains: states))
    let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.domain) })
    let names = XenStatsSchemas.domain["state"]?.states ?? []
    for (index, expected) in flags.enumerated() {
      let value = probe.value("state", tokens[index]).map { names[Int($0)] }
      #expect(value == expected.1, "\(expected.0)")
    }
    #expect(probe.value("memory_max", tokens[0]) == nil, "no limit is set")
    #expect(probe.value("memory", tokens[1]) == nil, "2^72 bytes are impossible")
    #expect(probe.value("memory_max", tokens[1]) == 2048 * 4096)
  }

  @Test("A list of 600 domains takes one call if the buffer has room, otherwise several")
  func chunks() throws {
    let xen = try FakeXen(domains: (0..<600).map { FakeXen.DomainState(UInt32($0 * 3)) })
    for (capacity, calls) in [(1024, 1), (600, 1), (256, 3), (7, 86)] {
      let (records, tokens, lister) = try domains(xen, capacity: capacity)
      #expect(tokens.count == 600)
      let before = lister.callCount
      let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.domain) })
      // The last domain is known by its number: no call asks for domains after it.
      #expect(Int(lister.callCount - before) == calls, "\(capacity)")
      #expect(tokens.allSatisfy { probe.status($0) == .up })
      lister.reserve(600)
      let then = lister.callCount
      probe.sampler.pass()
      #expect(lister.callCount - then == 1)
    }
  }

  @Test("A single domain is read without a list of all")
  func oneDomain() throws {
    let xen = try FakeXen(domains: (0..<100).map { FakeXen.DomainState(UInt32($0)) })
    let (records, tokens, _) = try domains(xen, capacity: 128)
    #expect(xen[.listRoom] == 128)
    let probe = Probe(records, [(tokens[70], XenStatsSchemas.domain)])
    #expect(probe.status(tokens[70]) == .up && xen[.listRoom] == 1)
  }

  @Test("A list that fails halfway denies the second half only; a busy hypervisor denies none")
  func failingList() throws {
    let xen = try FakeXen(domains: (0..<20).map { FakeXen.DomainState(UInt32($0)) })
    let (records, tokens, _) = try domains(xen, capacity: 8)
    let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.domain) })
    xen.set(.listErrorFrom, 8)
    xen.set(.listError, UInt64(EPERM))
    probe.sampler.pass()
    #expect(tokens[..<8].allSatisfy { probe.status($0) == .up })
    #expect(tokens[8...].allSatisfy { probe.status($0) == .denied(code: EPERM) })
    xen.set(.listError, UInt64(EAGAIN))
    probe.sampler.pass()
    #expect(tokens[..<8].allSatisfy { probe.status($0) == .up })
    xen.set(.listError, 0)
    probe.sampler.pass()
    xen.set(.listError, UInt64(EAGAIN))
    probe.sampler.pass()
    #expect(tokens[8...].allSatisfy { probe.status($0).isStale })
    #expect(probe.value("cpu_ns", tokens[19]) == 5_000_000_000, "its last value")
  }

  @Test("A list whose numbers do not increase ends")
  func stuckList() throws {
    let xen = try FakeXen(domains: (0..<20).map { FakeXen.DomainState(UInt32($0)) })
    let lister = DomainLister(try xen.control(), capacity: 4)
    xen.set(.stuck, 1)
    var count = 0
    #expect(lister.walk { _, _ in count += 1 } == 0)
    #expect(count == 8)
  }

  @Test("The backing of vCPUs conforms; a failing vCPU affects no other")
  func vcpuConformance() throws {
    var states = [FakeXen.DomainState(0, vcpus: 8), FakeXen.DomainState(5, vcpus: 8)]
    states[1].failingVCPU = 3
    states[1].failingVCPUError = EINVAL
    let xen = try FakeXen(domains: states)
    let records = VCPUBacking(DomainLister(try xen.control()))
    var members: [BackingConformance.Member] = []
    var words: [Int: [UInt64]] = [:]
    for domain in [UInt32(0), 5, 9] {
      for vcpu in 0..<8 {
        let token = records.open(vcpu, ofDomain: domain)
        let works = domain != 9 && !(domain == 5 && vcpu == 3)
        members.append(.init(token: token, schema: XenStatsSchemas.vcpu, works: works))
        let isOffline = vcpu % 4 == 3
        words[token] =
          [1_000_000_000 + 1_000 * UInt64(vcpu), none, none, none, none, none]
          + [UInt64(vcpu % 4), none, none, isOffline ? none : UInt64(vcpu % 2)]
      }
    }
    #expect(
      BackingConformance(records, members: members, expected: { words[$0] }).run() == [])
  }

  @Test("A failing vCPU is gone, denied or stale")
  func vcpuFailures() throws {
    var states = [FakeXen.DomainState(0, vcpus: 4)]
    states[0].failingVCPU = 2
    let xen = try FakeXen(domains: states)
    let records = VCPUBacking(DomainLister(try xen.control()))
    let tokens = (0..<4).map { records.open($0, ofDomain: 0) }
    let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.vcpu) })
    let failures: [(CInt, Status)] = [(ESRCH, .gone), (EPERM, .denied(code: EPERM))]
    for (code, status) in failures {
      xen.domains[0].failingVCPUError = code
      probe.sampler.pass()
      #expect(tokens.map { probe.status($0) } == [.up, .up, status, .up])
    }
    xen.domains[0].failingVCPUError = 0
    xen.advance(500)
    probe.sampler.pass()
    xen.domains[0].failingVCPUError = EAGAIN
    xen.advance(500)
    probe.sampler.pass()
    #expect(probe.status(tokens[2]).isStale && probe.status(tokens[3]) == .up)
    #expect(probe.value("running_ns", tokens[2]) == 1_000_002_500)
    #expect(probe.value("running_ns", tokens[3]) == 1_000_004_000)
    records.close(tokens[3])
    probe.sampler.pass()
    #expect(probe.status(tokens[3]) == .gone)
  }

  @Test("A vCPU of a paused domain does not wait for a CPU")
  func paused() throws {
    var states = [FakeXen.DomainState(0, vcpus: 3), FakeXen.DomainState(1, vcpus: 3)]
    let xen = try FakeXen(domains: states)
    let lister = DomainLister(try xen.control())
    let records = VCPUBacking(lister)
    let tokens = (0..<3).map { records.open($0, ofDomain: 1) }
    let probe = Probe(records, tokens.map { ($0, XenStatsSchemas.vcpu) })
    // The second vCPU is neither running nor blocked.
    let cases: [(flags: UInt64, state: UInt64)] = [
      (0, 1), (1 << 3, 3), (0, 1), (1 << 2, 3), (1, 3),
    ]
    for (flags, state) in cases {
      states[1].flags = flags
      xen.domains = states
      #expect(lister.walk { _, _ in } == 0)
      probe.sampler.pass()
      #expect(tokens.map { probe.value("state", $0) } == [0, state, 2])
    }
  }

  @Test("The backing of run states conforms; the average is missing if the library lacks it")
  func runstates() throws {
    var states = [FakeXen.DomainState(0), FakeXen.DomainState(4), FakeXen.DomainState(6)]
    states[2].runstateError = EPERM
    for (definition, average) in [("WITH_RUNSTATE_EXT=1099", UInt64(70)), ("WITH_RUNSTATE", none)] {
      let xen = try FakeXen(FakeXen.Version(definitions: [definition]), domains: states)
      let records = RunstateBacking(try xen.control())
      let members = [UInt32(0), 4, 6, 8].map { domain in
        BackingConformance.Member(
          token: records.open(domain), schema: XenStatsSchemas.runstate, works: domain < 6)
      }
      let violations = BackingConformance(
        records, members: members,
        expected: { _ in [10, 20, 30, 40, 50, 60, average, 7, 3] }
      ).run()
      #expect(violations == [])
    }
  }

  @Test(
    "A pass over 500 domains with 2,000 vCPUs allocates nothing",
    .enabled(if: allocations_are_counted(), "a sanitizer has malloc"))
  func allocations() throws {
    let xen = try FakeXen(
      .xenServer, domains: (0..<500).map { FakeXen.DomainState(UInt32($0), vcpus: 4) })
    let tree = Tree()
    var options = XenInput.Options()
    options.library = xen.library
    let input = XenInput(tree, options: options, tables: NoTables())
    #expect(input.refresh().count == 500)
    let sampler = Sampler(tree)
    sampler.pass()
    sampler.pass()
    let calls = (xen[.listCalls], xen[.vcpuCalls], xen[.runstateCalls])
    allocations_reset()
    sampler.pass()
    #expect(allocations_count() == 0)
    // The calls of a sample: one list, one call per vCPU and one per domain.
    #expect(xen[.listCalls] - calls.0 == 1)
    #expect(xen[.vcpuCalls] - calls.1 == 2000)
    #expect(xen[.runstateCalls] - calls.2 == 500)
  }
}
