import Glibc
import LinuxSystem
import SharedTable
import Statistics
import StatsTree
import TableInput
import Testing

@Suite struct DemandTests {
  private func publisher(_ stage: Stage, isPersistent: Bool = false) throws -> (Publisher, Record) {
    let publisher = try stage.publisher("web", isPersistent: isPersistent)
    let source = try publisher.addSource("worker")
    return (publisher, try publisher.addRecord("lock", schema: Stage.heavy, to: source))
  }

  @Test("A group on demand is off, and a remark says how it is asked for")
  func off() throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage)
    let input = try stage.input()
    _ = input.refresh()
    #expect(stage.status(of: "app/web/worker") == .up)
    #expect(stage.value("spins", of: "app/web/worker") == nil)
    #expect(!record.isWatched)
    let remark = try #require(stage.source("app/web")?.remarks.first)
    #expect(remark.contains("lock of worker") && remark.contains("--enable lock"), "\(remark)")
    #expect(input.namesOnDemand == ["lock"])
    publisher.close()
  }

  @Test(
    "It is asked for by path and name, path, or name",
    arguments: ["app/web/worker*:lock", "app/web", "app/*/worker*", "lock", "/loc/"])
  func on(pattern: String) throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage)
    let asked = try Pattern(pattern)
    let input = try stage.input { $0.enabled = [asked] }
    #expect(input.refresh().count == 1)
    #expect(record.isWatched)
    record.counter("spins")?.add(4)
    #expect(stage.value("spins", of: "app/web/worker") == 4)
    #expect(stage.source("app/web")?.remarks == [])
    // One that appears later is asked for as well.
    let late = try publisher.addRecord(
      "lock", schema: Stage.heavy, to: try publisher.addSource("worker2"))
    _ = input.refresh()
    #expect(late.isWatched)
    late.counter("spins")?.add(6)
    _ = input.refresh()
    #expect(stage.value("spins", of: "app/web/worker2") == 6)
    #expect(input.askedCount == 2)
    publisher.close()
  }

  @Test("Nobody pays for what is not looked at, and no longer than it is")
  func ends() throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage)
    let (everything, elsewhere) = (Pattern.everything, Pattern(below: "app/db"))
    do {
      let input = try stage.input { $0.enabled = [everything] }
      input.watched = elsewhere
      _ = input.refresh()
      #expect(!record.isWatched)
    }
    do {
      let other = try Stage()
      let input = try TableInput(
        other.tree,
        options: { () -> TableInput.Options in
          var options = TableInput.Options.withoutDirectories
          options.enabled = [everything]
          return options
        }())
      try input.attach("\(stage.directory)/web.socket")
      _ = input.refresh()
      #expect(record.isWatched)
    }
    for _ in 0..<200 where record.isWatched { sleepNanoseconds(10_000_000) }
    #expect(!record.isWatched)
    publisher.close()
  }

  @Test("A table that is read as a file has nobody to ask, and says so")
  func file() throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage, isPersistent: true)
    var options = TableInput.Options.withoutDirectories
    options.enabled = [.everything]
    let input = try TableInput(stage.tree, options: options)
    try input.attach("\(stage.directory)/web.table")
    let events = input.refresh()
    let isSaid = events.contains { event in
      guard case .remark("app/web", let text) = event else { return false }
      return text.contains("lock cannot be turned on") && text.contains("no publisher to ask")
    }
    #expect(isSaid, "\(events)")
    #expect(!record.isWatched)
    publisher.close()
  }
}
