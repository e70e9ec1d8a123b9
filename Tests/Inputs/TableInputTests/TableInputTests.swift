import Glibc
import LinuxSystem
import SharedTable
import Statistics
import StatsInput
import StatsTree
import TableInput
import TestSupport
import Testing

@Suite struct TableInputTests {
  @Test("The tree has the sources, keys, labels and changes of a publisher")
  func membership() throws {
    let stage = try Stage()
    let publisher = try stage.publisher("web")
    let worker = try publisher.addSource(
      "worker", keys: ["n": "3"], labels: ["role": "a"], owner: 7)
    let record = try publisher.addRecord("requests", schema: Stage.schema, to: worker)
    record.counter("served")?.add(9)
    let input = try stage.input()
    #expect(input.refresh() == [.appeared(path: "app/web", .process(getpid()))])
    let source = try #require(stage.source("app/web/worker"))
    #expect(source.keys == ["n": "3"])
    #expect(source.labels == ["role": "a"])
    #expect(source.owner == 7)
    #expect(source.groups.map(\.name) == ["requests"])
    #expect(source.groups.first?.provenance == .table)
    #expect(stage.value("served", of: "app/web/worker") == 9)

    try publisher.setLabels(["role": "b"], of: worker)
    try publisher.setStatus(.denied(code: EIO), of: worker)
    let child = try publisher.addSource("\u{301}odd", below: worker)
    #expect(input.refresh() == [])
    #expect(source.labels == ["role": "b"])
    #expect(source.status == .denied(code: EIO))
    #expect(stage.source("app/web/worker/\u{301}odd") != nil)

    // The new source has the name of a removed one.
    try publisher.remove(child)
    try publisher.remove(worker)
    let again = try publisher.addSource("worker", keys: ["n": "4"])
    #expect(input.refresh() == [])
    #expect(stage.source("app/web/worker")?.keys == ["n": "4"])
    #expect(stage.source("app/web/worker")?.groups.isEmpty == true)
    try publisher.remove(again)
    _ = input.refresh()
    #expect(stage.tree.sources().map(\.path) == ["app", "app/web"])
    publisher.close()
  }

  @Test("New and removed publishers are detected, also if the directory is created later")
  func comesAndGoes() throws {
    let stage = try Stage(isThere: false)
    let input = try stage.input { $0.rescanSeconds = 1_000 }
    #expect(input.refresh() == [])
    let publisher = try stage.publisher("web", served: 1)
    #expect(input.refresh() == [.appeared(path: "app/web", .process(getpid()))])
    let other = try stage.publisher("db", served: 2)
    input.wait(until: monotonicNanoseconds() + 20_000_000)
    #expect(input.refresh() == [.appeared(path: "app/db", .process(getpid()))])
    publisher.close()
    #expect(
      input.refresh() == [
        .gone(path: "app/web", .process(getpid()), reason: "process \(getpid()) ended it")
      ])
    #expect(stage.source("app/web") == nil)
    #expect(stage.value("served", of: "app/db/worker") == 2)
    other.close()
    _ = input.refresh()
    #expect(stage.tree.sources().isEmpty)
  }

  @Test("A restarted publisher replaces the previous instance", arguments: [false, true])
  func restart(isPersistent: Bool) throws {
    let stage = try Stage()
    let first = try stage.publisher("web", served: 100, isPersistent: isPersistent)
    let input = try stage.input { $0.rescanSeconds = 1_000 }
    _ = input.refresh()
    let old = stage.source("app/web")
    first.close()
    let second = try stage.publisher("web", served: 3, isPersistent: isPersistent)
    let pid = getpid()
    var events = input.refresh()
    // The old instance may close before the new one is found.
    if events.count == 1 { events += input.refresh() }
    #expect(
      events == [
        .gone(path: "app/web", .process(pid), reason: "process \(pid) ended it"),
        .appeared(path: "app/web", .process(pid)),
      ])
    #expect(stage.source("app/web") !== old)
    #expect(stage.value("served", of: "app/web/worker") == 3)
    second.close()
  }

  @Test("Invalid tables, a leftover socket and a pipe do not affect a valid table")
  func invalidFiles() throws {
    let stage = try Stage()
    let good = try stage.publisher("good", served: 5)
    let magic = Array("VITALS\u{1a}\u{1}".utf8)
    try Descriptor.open("\(stage.directory)/bad.table", for: .create)
      .write(magic + [UInt8](repeating: 0x77, count: 4096))
    try Descriptor.open("\(stage.directory)/empty.table", for: .create).write([1])
    try Descriptor.open("\(stage.directory)/.table", for: .create).write(magic)
    _ = try UnixSocket.listen(at: "\(stage.directory)/dead.socket", .messages)
    #expect(unsafe mkfifo("\(stage.directory)/pipe.table", 0o644) == 0)
    let input = try stage.input()
    #expect(input.refresh().count == 1)
    #expect(stage.value("served", of: "app/good/worker") == 5)
    for name in ["bad", "empty", "pipe"] {
      let source = try #require(stage.source("app/\(name)"), "\(name)")
      #expect(source.status == .denied(code: EINVAL), "\(name)")
      #expect(source.diagnosticTexts.count == 1)
    }
    #expect(stage.source("app/dead") == nil)
    #expect(stage.source("app/bad")?.diagnosticTexts.first?.contains("bad.table") == true)
    good.close()
  }

  @Test("An attached table is shown also after its end, under a unique name")
  func attached() throws {
    let stage = try Stage()
    let publisher = try stage.publisher("web", served: 8, isPersistent: true)
    let path = "\(stage.directory)/web.table"
    let input = try TableInput(stage.tree, options: .withoutDirectories)
    #expect(try input.attach(path) == "app/web")
    #expect(try input.attach("\(stage.directory)/web.socket") == "app/web~2")
    #expect(throws: SystemError.self) { try input.attach("/nowhere/web.table") }
    #expect(input.refresh().count == 2)
    #expect(stage.source("app/web")?.labels["via"] == "file")
    #expect(stage.source("app/web~2")?.labels["via"] == "socket")
    publisher.close()
    _ = input.refresh()
    #expect(stage.value("served", of: "app/web/worker") == 8)
    guard case .stale = stage.status(of: "app/web/worker") else {
      Issue.record("the status is \(String(describing: stage.status(of: "app/web/worker")))")
      return
    }
    #expect(stage.source("app/web")?.diagnosticTexts.first?.contains("ended") == true)
  }
}
