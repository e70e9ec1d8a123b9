import TestSupport
import Testing

@testable import ProcStats

@Suite struct ThreadSurveyTests {
  private let system: FakeSystem

  init() throws { system = try FakeSystem() }

  private func set(
    _ process: Int32, _ thread: Int32, run: UInt64, cpu: Int, command: String = "vmm"
  ) throws {
    let task = "proc/\(process)/task/\(thread)"
    try system.write("\(run) 5 6\n", to: "\(task)/schedstat")
    let fields = (4...38).map { "\($0)" }.joined(separator: " ")
    try system.write(
      "\(thread) (\(command)) S \(fields) \(cpu) 40 41\n", to: "\(task)/stat")
  }

  @Test("CPU time is attributed to the process and to the last CPU of its thread")
  func growth() throws {
    try set(10, 10, run: 100, cpu: 0)
    try set(10, 11, run: 1000, cpu: 1, command: "a (b) 7 c")
    try set(20, 20, run: 5, cpu: 1)
    var use = CPUUsage(from: try ThreadSurvey(roots: system.roots))
    try set(10, 10, run: 400, cpu: 0)
    try set(10, 11, run: 1500, cpu: 1, command: "a (b) 7 c")
    try set(20, 20, run: 25, cpu: 0, command: "a) (b")
    // A process that started between the surveys.
    try set(30, 30, run: 70, cpu: 1)
    use.add(try ThreadSurvey(roots: system.roots))
    try set(20, 20, run: 125, cpu: 1, command: "a) (b")
    // The kernel reused the thread id for another process.
    system.remove("proc/30")
    try set(40, 30, run: 60, cpu: 1)
    use.add(try ThreadSurvey(roots: system.roots))

    let second = use.users(of: [1])
    #expect(second.map(\.process) == [10, 20, 30, 40])
    #expect(second.map(\.nanoseconds) == [500, 100, 70, 60])
    #expect(use.users(of: [0, 1]).map(\.nanoseconds) == [800, 120, 70, 60])
    #expect(use.users(of: [1], but: 11).map(\.process) == [20, 30, 40])
    #expect(use.users(of: [2]).isEmpty)
    #expect(use.command(ofProcess: 10) == "vmm")
    #expect(use.command(ofProcess: 20) == "a) (b")
  }

  @Test(
    "The allowed CPUs of a thread are read from its status file",
    arguments: [
      ("0-3,8", [0, 1, 2, 3, 8]), ("5", [5]), ("", []), ("3-1,x,7-", [7]), ("0-99999999999", []),
    ])
  func allowed(list: String, cpus: [Int]) throws {
    try system.write(
      "Name:\tvmm\nCpus_allowed:\tff\nCpus_allowed_list:\t\(list)\n", to: "proc/7/task/8/status")
    let allowed = allowedCPUs(ofThread: 8, process: 7, roots: system.roots)
    #expect(allowed == Set(cpus))
  }

  @Test("A thread that has ended has no allowed CPUs")
  func gone() {
    #expect(allowedCPUs(ofThread: 8, process: 7, roots: system.roots) == nil)
  }
}
