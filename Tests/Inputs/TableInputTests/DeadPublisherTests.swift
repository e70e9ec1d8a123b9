import Glibc
import LinuxSystem
import SharedTable
import StatsTree
import TableInput
import Testing

/// With a publisher in a process of its own: that of `vitals demo`.
@Suite(.serialized) struct DeadPublisherTests {
  private func demo(_ stage: Stage) throws -> ChildProcess {
    let own = try readLink("/proc/self/exe")
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
    let full = bundle.hasPrefix("/") ? bundle : try readLink("/proc/self/cwd") + "/" + bundle
    let directory = full[..<(full.lastIndex(of: "/") ?? full.startIndex)]
    let pipe = try Pipe()
    let child = try ChildProcess(
      executable: "\(directory)/vitals",
      arguments: ["demo", "--", "publish", "\(getpid())", stage.directory], output: pipe.writer)
    let output = pipe.closeWriter()
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = try output.read(into: &bytes)
    try #require(String(decoding: bytes[..<count], as: UTF8.self) == "ready\n")
    return child
  }

  @Test("Killed, it leaves its last numbers, stale; the next one takes its place")
  func killed() throws {
    let stage = try Stage()
    let child = try demo(stage)
    let input = try stage.input { $0.rescanSeconds = 1_000 }
    let sampler = Sampler(stage.tree)
    #expect(input.refresh().count == 1)
    sampler.pass()
    sleepNanoseconds(100_000_000)
    sampler.pass()
    let served = try #require(stage.value("served", of: "app/demo/worker0", in: sampler))
    child.kill()
    var events: [TableInput.Event] = []
    for _ in 0..<100 where events.isEmpty {
      input.wait(until: monotonicNanoseconds() + 20_000_000)
      events = input.refresh()
    }
    sampler.pass()
    guard case .remark("app/demo", let text) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(text.contains("process \(child.pid) died"))
    #expect(stage.source("app/demo")?.remarks.contains(text) == true)
    let last = try #require(stage.value("served", of: "app/demo/worker0", in: sampler))
    #expect(last >= served)
    let statuses = Set(sampler.plan.entries.map { sampler.status(of: $0).word })
    #expect(statuses == ["stale"])

    // Somebody who comes now reads the file.
    let tree = Tree()
    var options = TableInput.Options.withoutDirectories
    options.tableDirectory = stage.directory
    options.socketDirectory = stage.directory
    let later = try TableInput(tree, options: options)
    #expect(later.refresh().count == 1)
    #expect(tree.sources().contains { $0.path == "app/demo/link" && $0.status.word == "stale" })

    let next = try demo(stage)
    var restart: [TableInput.Event] = []
    for _ in 0..<100 where restart.count < 2 {
      input.wait(until: monotonicNanoseconds() + 20_000_000)
      restart += input.refresh()
    }
    #expect(
      restart == [
        .gone(path: "app/demo", pid: UInt32(child.pid)),
        .appeared(path: "app/demo", pid: UInt32(next.pid)),
      ])
    #expect(stage.status(of: "app/demo/worker0") == .up)
    next.end(withinMilliseconds: 2_000)
    // The lock's file stays: somebody may be about to take it.
    #expect(try directoryEntries(stage.directory) == ["demo.lock"])
  }

  @Test("Stopped, it does not stop its readers, and is stale until it goes on")
  func stopped() throws {
    let stage = try Stage()
    let child = try demo(stage)
    let input = try stage.input()
    _ = input.refresh()
    kill(child.pid, SIGSTOP)
    var events: [TableInput.Event] = []
    for _ in 0..<100 where events.isEmpty {
      sleepNanoseconds(50_000_000)
      events = input.refresh()
    }
    guard case .remark(_, let text) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(text.contains("stopped"))
    #expect(stage.source("app/demo/worker0")?.status.word == "stale")
    // Who comes now gets no answer, and takes the file.
    let tree = Tree()
    var options = TableInput.Options()
    options.socketDirectory = stage.directory
    options.tableDirectory = stage.directory
    options.patienceMilliseconds = 100
    let begin = monotonicNanoseconds()
    let late = try TableInput(tree, options: options)
    _ = late.refresh()
    #expect(monotonicNanoseconds() - begin < 2_000_000_000)
    let source = try #require(tree.sources().first { $0.path == "app/demo" })
    #expect(source.labels["via"] == "file")
    #expect(source.remarks.contains { $0.contains("did not answer") }, "\(source.remarks)")
    kill(child.pid, SIGCONT)
    for _ in 0..<100 where stage.source("app/demo")?.status != .up {
      sleepNanoseconds(50_000_000)
      _ = input.refresh()
    }
    #expect(stage.status(of: "app/demo/worker0") == .up)
    child.end(withinMilliseconds: 2_000)
  }
}
