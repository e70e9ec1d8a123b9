import Glibc
import LinuxSystem
import SharedTable
import StatsInput
import StatsTree
import TableInput
import TestSupport
import Testing

/// Tests with a publisher in a separate process, that of `vitals demo`.
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

  @Test("The values of a killed publisher are stale until a new publisher replaces it")
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
    var events: [InputEvent] = []
    for _ in 0..<100 where events.isEmpty {
      input.wait(until: monotonicNanoseconds() + 20_000_000)
      events = input.refresh()
    }
    sampler.pass()
    guard case .diagnostic("app/demo", let text) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(text.contains("process \(child.pid) died"))
    #expect(stage.source("app/demo")?.diagnosticTexts.contains(text) == true)
    let last = try #require(stage.value("served", of: "app/demo/worker0", in: sampler))
    #expect(last >= served)
    let statuses = Set(sampler.plan.entries.map { sampler.status(of: $0).word })
    #expect(statuses == ["stale"])

    // An input that starts now reads the file.
    let tree = Tree()
    var options = TableInput.Options.withoutDirectories
    options.tableDirectory = stage.directory
    options.socketDirectory = stage.directory
    let later = try TableInput(tree, options: options)
    #expect(later.refresh().count == 1)
    #expect(tree.sources().contains { $0.path == "app/demo/link" && $0.status.word == "stale" })

    let next = try demo(stage)
    var restart: [InputEvent] = []
    for _ in 0..<100 where restart.count < 2 {
      input.wait(until: monotonicNanoseconds() + 20_000_000)
      restart += input.refresh()
    }
    #expect(
      restart == [
        .gone(path: "app/demo", .process(child.pid), reason: "process \(child.pid) ended it"),
        .appeared(path: "app/demo", .process(next.pid)),
      ])
    #expect(stage.status(of: "app/demo/worker0") == .up)
    next.terminate(timeoutMilliseconds: 2_000)
    // The lock file stays, because another process may be about to lock it.
    #expect(try directoryEntries(stage.directory) == ["demo.lock"])
  }

  @Test("The values of a stopped publisher are stale until it continues")
  func stopped() throws {
    let stage = try Stage()
    let child = try demo(stage)
    let input = try stage.input()
    _ = input.refresh()
    kill(child.pid, SIGSTOP)
    var events: [InputEvent] = []
    for _ in 0..<100 where events.isEmpty {
      sleepNanoseconds(50_000_000)
      events = input.refresh()
    }
    guard case .diagnostic(_, let text) = events.first else {
      Issue.record("\(events)")
      return
    }
    #expect(text.contains("stopped"))
    #expect(stage.source("app/demo/worker0")?.status.word == "stale")
    // An input that starts now gets no reply and reads the file.
    let tree = Tree()
    var options = TableInput.Options()
    options.socketDirectory = stage.directory
    options.tableDirectory = stage.directory
    options.timeoutMilliseconds = 100
    let begin = monotonicNanoseconds()
    let late = try TableInput(tree, options: options)
    _ = late.refresh()
    #expect(monotonicNanoseconds() - begin < 2_000_000_000)
    let source = try #require(tree.sources().first { $0.path == "app/demo" })
    #expect(source.labels["via"] == "file")
    #expect(
      source.diagnosticTexts.contains { $0.contains("did not reply") }, "\(source.diagnosticTexts)")
    kill(child.pid, SIGCONT)
    for _ in 0..<100 where stage.source("app/demo")?.status != .up {
      sleepNanoseconds(50_000_000)
      _ = input.refresh()
    }
    #expect(stage.status(of: "app/demo/worker0") == .up)
    child.terminate(timeoutMilliseconds: 2_000)
  }
}
