import CAllocations
import Glibc
import LinuxSystem
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import ProcStats

@Suite struct ThreadScheduleBackingTests {
  private let system: FakeSystem
  private let threads: ThreadScheduleBacking

  init() throws {
    system = try FakeSystem()
    threads = ThreadScheduleBacking(roots: system.roots)
  }

  private func open(_ thread: Int32, _ text: String) throws -> Int {
    try system.write(text, to: "proc/7/task/\(thread)/schedstat")
    return try threads.open(process: 7, thread: thread)
  }

  private func probe(_ tokens: [Int]) -> Probe {
    Probe(threads, tokens.map { ($0, ThreadScheduleBacking.schema) })
  }

  @Test("The values of a thread are the three numbers of its file, up to the maximum")
  func values() throws {
    let tokens = [
      try open(8, "123456789 42 7\n"), try open(9, "18446744073709551614 0 18446744073709551613\n"),
    ]
    let probe = probe(tokens)
    #expect(probe.value("run_ns", tokens[0]) == 123_456_789)
    #expect(probe.value("run_delay_ns", tokens[0]) == 42)
    #expect(probe.value("timeslices", tokens[0]) == 7)
    #expect(probe.value("run_ns", tokens[1]) == UInt64.max - 1)
    #expect(probe.value("run_delay_ns", tokens[1]) == 0)
    #expect(probe.value("timeslices", tokens[1]) == UInt64.max - 2)
  }

  @Test(
    "A file without three numbers is denied; other files are still read",
    arguments: [
      "", "\n", "1 2\n", "1 2\n3\n", "a b c\n", "1 2 x\n", "-1 2 3\n", "1x 2 3\n",
      "18446744073709551616 2 3\n", "99999999999999999999999 4 5 6\n",
    ])
  func garbage(text: String) throws {
    let tokens = [try open(1, "1 2 3\n"), try open(2, text), try open(3, "4 5 6\n")]
    let probe = probe(tokens)
    #expect(probe.status(tokens[1]) == .denied(code: EBADMSG))
    #expect(probe.value("run_ns", tokens[1]) == nil)
    #expect(probe.value("run_ns", tokens[0]) == 1)
    #expect(probe.value("timeslices", tokens[2]) == 6)
  }

  @Test("A closed thread is gone, and its token is reused")
  func closed() throws {
    let tokens = [try open(1, "1 2 3\n"), try open(2, "4 5 6\n")]
    let probe = probe(tokens)
    threads.close(tokens[0])
    probe.sampler.pass()
    #expect(probe.status(tokens[0]) == .gone)
    #expect(probe.status(tokens[1]) == .up)
    #expect(try open(3, "7 8 9\n") == tokens[0])
    probe.sampler.pass()
    #expect(probe.value("run_ns", tokens[0]) == 7)
  }

  @Test("The error of a thread that does not exist contains its path")
  func missing() throws {
    let error = #expect(throws: SystemError.self) { try threads.open(process: 7, thread: 99) }
    #expect(error?.code == ENOENT)
    #expect(error?.object.hasSuffix("/7/task/99/schedstat") == true)
  }

  @Test("The group of a real thread is gone after the thread ended; its values are not zero")
  func realThread() throws {
    let threads = ThreadScheduleBacking()
    let number = Monitor<CInt>(0)
    let isOver = Monitor(false)
    let thread = try SystemThread(name: "probe") {
      number.update { $0 = currentThread() }
      isOver.wait { $0 }
    }
    number.wait { $0 != 0 }
    let token = try threads.open(process: getpid(), thread: number.read { $0 })
    let probe = Probe(threads, [(token, ThreadScheduleBacking.schema)])
    #expect(probe.status(token) == .up)
    #expect(probe.value("run_ns", token) ?? 0 > 0)
    isOver.update { $0 = true }
    thread.join()
    // The thread's files may exist for a moment after the join.
    let isGone = waits {
      probe.sampler.pass()
      return probe.status(token) == .gone
    }
    #expect(isGone)
    #expect(probe.value("run_ns", token) == nil)
  }

  @Test(
    "A pass over threads does not allocate after the first two passes",
    .enabled(if: allocations_are_counted(), "a sanitizer replaces malloc"))
  func allocations() throws {
    let tokens = try (1...50).map { try open($0, "\($0) 2 3\n") }
    let probe = probe(tokens)
    for _ in 0..<3 { probe.sampler.pass() }
    allocations_reset()
    for _ in 0..<20 { probe.sampler.pass() }
    let count = allocations_count()
    #expect(count == 0)
    #expect(tokens.allSatisfy { probe.value("run_ns", $0) == UInt64($0) + 1 })
  }

  @Test("The backing passes the conformance suite")
  func conformance() throws {
    let tokens = try (1...20).map { try open($0, "\($0) 2 3\n") }
    let broken = try open(21, "?\n")
    threads.close(tokens[4])
    let schema = ThreadScheduleBacking.schema
    let members =
      tokens.map { BackingConformance.Member(token: $0, schema: schema, works: $0 != tokens[4]) }
      + [BackingConformance.Member(token: broken, schema: schema, works: false)]
    let violations = BackingConformance(
      threads, members: members, expected: { [UInt64($0 + 1), 2, 3] }
    ).run()
    #expect(violations == [])
  }
}
