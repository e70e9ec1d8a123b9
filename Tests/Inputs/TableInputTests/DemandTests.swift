import Glibc
import LinuxSystem
import SharedTable
import Statistics
import StatsInput
import StatsTree
import TableInput
import TestSupport
import Testing

@Suite struct DemandTests {
  private func publisher(_ stage: Stage, isPersistent: Bool = false) throws -> (Publisher, Record) {
    let publisher = try stage.publisher("web", isPersistent: isPersistent)
    let source = try publisher.addSource("worker")
    return (publisher, try publisher.addRecord("lock", schema: Stage.heavy, to: source))
  }

  @Test("An on-demand group is disabled, and a diagnostic tells how to enable it")
  func disabled() throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage)
    let input = try stage.input()
    _ = input.refresh()
    #expect(stage.status(of: "app/web/worker") == .up)
    #expect(stage.value("spins", of: "app/web/worker") == nil)
    #expect(!record.isWatched)
    let text = try #require(stage.source("app/web")?.diagnosticTexts.first)
    #expect(text.contains("lock of worker") && text.contains("--enable lock"), "\(text)")
    #expect(input.namesOnDemand == ["lock"])
    publisher.close()
  }

  @Test(
    "A pattern of path and group, path, or group enables it",
    arguments: ["app/web/worker*:lock", "app/web", "app/*/worker*", "lock", "/loc/"])
  func enabled(pattern: String) throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage)
    let asked = try Pattern(pattern)
    let input = try stage.input { $0.enabled = [asked] }
    #expect(input.refresh().count == 1)
    #expect(record.isWatched)
    record.counter("spins")?.add(4)
    #expect(stage.value("spins", of: "app/web/worker") == 4)
    #expect(stage.source("app/web")?.diagnosticTexts == [])
    // A group that appears later is enabled as well.
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

  @Test("A group is enabled only while its source is in use")
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

  @Test("A table read as a file reports that groups cannot be enabled")
  func file() throws {
    let stage = try Stage()
    let (publisher, record) = try publisher(stage, isPersistent: true)
    var options = TableInput.Options.withoutDirectories
    options.enabled = [.everything]
    let input = try TableInput(stage.tree, options: options)
    try input.attach("\(stage.directory)/web.table")
    let events = input.refresh()
    let isReported = events.contains { event in
      guard case .diagnostic("app/web", let text) = event else { return false }
      return text.contains("cannot enable lock") && text.contains("without its publisher")
    }
    #expect(isReported, "\(events)")
    #expect(!record.isWatched)
    publisher.close()
  }
}
