import Glibc
import LinuxSystem
import SharedTable
import Statistics
import Testing

struct PublishTests {
  @Test("A reader gets all properties of published sources and groups")
  func publishedProperties() throws {
    let publisher = try Tables.publisher()
    let host = try publisher.addSource(
      "worker0", keys: ["worker": "0"], labels: ["version": "1.2"], owner: 42)
    let child = try publisher.addSource("cache", below: host)
    let record = try publisher.addRecord("requests", schema: Tables.schema, to: child)
    let reader = try Reader(of: publisher)
    #expect(reader.sources.map(\.path) == ["worker0", "worker0/cache"])
    let source = try #require(reader.source("worker0"))
    #expect(source.keys == ["worker": "0"])
    #expect(source.labels == ["version": "1.2"])
    #expect(source.owner == 42)
    #expect(source.status == .up)
    let group = try #require(reader.group("requests"))
    #expect(group.schema == Tables.schema)
    #expect(group.schema.statistics == Tables.schema.statistics)
    #expect(group.source == reader.source("worker0/cache")?.id)
    #expect(reader.errors.isEmpty)
    withExtendedLifetime(record) {}
  }

  @Test("Handles change their statistics")
  func handles() throws {
    let publisher = try Tables.publisher()
    let record = try publisher.addRecord(
      "requests", schema: Tables.schema, to: try publisher.addSource("worker"))
    let reader = try Reader(of: publisher)
    let group = try #require(reader.group("requests"))
    #expect(reader.value("served", of: group) == 0)
    #expect(reader.value("queue", of: group) == nil, "a level that was never set is inactive")

    let served = try #require(record.counter("served"))
    served.bump()
    served.add(4)
    try #require(record.level("queue")).set(7)
    let drift = try #require(record.level("drift"))
    drift.set(signed: -3)
    let deepest = try #require(record.level("deepest"))
    deepest.raise(to: 5)
    deepest.raise(to: 2)
    let latency = try #require(record.histogram("latency_hist"))
    latency.observe(0)
    latency.observe(1_000)
    try #require(record.histogram("size_hist")).observe(5_000)
    try #require(record.level("phase")).set(1)

    #expect(reader.value("served", of: group) == 5)
    #expect(reader.value("queue", of: group) == 7)
    #expect(reader.value("deepest", of: group) == 5)
    #expect(reader.value("drift", of: group) == UInt64(bitPattern: -3))
    #expect(reader.value("latency_ns", of: group) == 1_000)
    #expect(reader.value("phase", of: group) == 1)
    let words = reader.words(of: group).words
    let buckets = try #require(group.schema["latency_hist"]).words
    #expect(words[buckets.lowerBound] == 1 && words[buckets.lowerBound + 10] == 1)
    let sizes = try #require(group.schema["size_hist"]).words
    #expect(Array(words[sizes]) == [0, 0, 0, 1])
    drift.clear()
    #expect(reader.value("drift", of: group) == nil)
    #expect(record.counter("queue") == nil && record.level("served") == nil)
  }

  @Test("A level stops at its minimum and maximum")
  func levelLimits() throws {
    let publisher = try Tables.publisher()
    let record = try publisher.addRecord(
      "requests", schema: Tables.schema, to: try publisher.addSource("worker"))
    let reader = try Reader(of: publisher)
    let group = try #require(reader.group("requests"))
    let queue = try #require(record.level("queue"))
    #expect(!queue.adjust(by: -1))
    #expect(reader.value("queue", of: group) == 0, "the value below 0 is the marker")
    queue.set(Inactive.unsigned - 3)
    #expect(queue.adjust(by: 2))
    #expect(!queue.adjust(by: 1))
    #expect(reader.value("queue", of: group) == Inactive.unsigned - 1)
    let drift = try #require(record.level("drift"))
    drift.set(signed: .max - 1)
    #expect(drift.adjust(by: 1))
    #expect(!drift.adjust(by: 1))
    #expect(reader.value("drift", of: group) == UInt64(Int64.max))
    #expect(drift.adjust(by: .min))
    #expect(reader.value("drift", of: group) == UInt64(bitPattern: -1))
    drift.set(signed: -2)
    #expect(!drift.adjust(by: .min + 2), "the minimum of Int64 is the marker")
    #expect(reader.value("drift", of: group) == UInt64(bitPattern: .min + 1))
  }

  @Test("A counter saturates below the inactive marker")
  func counterSaturates() throws {
    let publisher = try Tables.publisher()
    let record = try publisher.addRecord(
      "requests", schema: Tables.schema, to: try publisher.addSource("worker"))
    let served = try #require(record.counter("served"))
    served.add(UInt64.max - 2)
    #expect(served.value == UInt64.max - 2)
    served.bump()
    served.bump()
    served.add(1 << 40)
    #expect(served.value == Inactive.unsigned - 1)
  }

  @Test("A latched record is replaced and updated atomically")
  func latchedRecord() throws {
    let publisher = try Tables.publisher()
    let record = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker"), consistency: .latched)
    let reader = try Reader(of: publisher)
    let group = try #require(reader.group("sums"))
    #expect(reader.value("total", of: group) == nil, "words are inactive before the first update")
    record.replace([1, 2, 3], window: Window(begin: 10, end: 20))
    #expect(reader.words(of: group) == (.up(Window(begin: 10, end: 20)), [1, 2, 3]))
    record.update { words in
      words[0] += 5
      words[2] += 5
    }
    #expect(reader.words(of: group) == (.up(nil), [6, 2, 8]))
    record.replace([1, 1, 2])
    #expect(
      reader.words(of: group) == (.up(nil), [1, 1, 2]), "the window belongs to an earlier update")
  }

  @Test("The memory of removed sources is reused")
  func memoryReuse() throws {
    let publisher = try Tables.publisher()
    let reader = try Reader(of: publisher)
    for round in 0..<3 {
      let source = try publisher.addSource("worker", labels: ["round": "\(round)"])
      let record = try publisher.addRecord("sums", schema: Tables.sums, to: source)
      #expect(reader.refresh())
      let group = try #require(reader.group("sums"))
      #expect(reader.value("total", of: group) == 0)
      record.counter("total")?.bump()
      try publisher.remove(source)
      #expect(reader.words(of: group).sample == .removed)
      reader.refresh()
      #expect(reader.sources.isEmpty && reader.groups.isEmpty)
      // A write after the removal has no effect.
      record.counter("total")?.bump()
    }
    let first = publisher.memoryUse.tableByteCount
    _ = try publisher.addRecord(
      "sums", schema: Tables.sums, to: try publisher.addSource("worker", labels: ["a": "b"]))
    #expect(publisher.memoryUse.tableByteCount == first)
    #expect(reader.errors.isEmpty)
  }

  @Test("A reader gets changes of labels and status")
  func labelsAndStatus() throws {
    let publisher = try Tables.publisher()
    let source = try publisher.addSource("worker")
    let record = try publisher.addRecord("sums", schema: Tables.sums, to: source)
    let reader = try Reader(of: publisher)
    try publisher.setLabels(["state": "a"], of: source)
    try publisher.setLabels(["state": "b"], of: source)
    try publisher.setStatus(.denied(code: 13), of: source)
    record.setStatus(.stale(since: 77))
    #expect(reader.refresh())
    #expect(reader.source("worker")?.labels == ["state": "b"])
    #expect(reader.source("worker")?.status == .denied(code: 13))
    let group = try #require(reader.group("sums"))
    #expect(reader.words(of: group).sample == .notCurrent(.stale(since: 77)))
    #expect(!reader.refresh(), "a second refresh finds no change")
  }

  @Test(
    "An error has the errno value that describes it best",
    arguments: [
      (.system(SystemError(call: "open", object: "x", code: EMFILE)), EMFILE),
      (.refused(socket: "x", code: ENOSYS), ENOSYS),
      (.timedOut(socket: "x", milliseconds: 1), ETIMEDOUT),
      (.untrusted(file: "x", reason: "y"), EACCES),
      (.full(name: "x", byteCount: 1), ENOSPC),
      (.notATable(file: "x"), EINVAL),
    ] as [(TableError, Int32)])
  func errnoValues(error: TableError, value: Int32) {
    #expect(error.errnoValue == value)
  }

  @Test("Invalid calls throw specific errors")
  func invalidCalls() throws {
    let publisher = try Tables.publisher()
    let source = try publisher.addSource("worker")
    _ = try publisher.addRecord("sums", schema: Tables.sums, to: source)
    #expect(throws: TableError.nameClash(path: "worker")) { try publisher.addSource("worker") }
    #expect(throws: TableError.groupClash(path: "worker", group: "sums")) {
      try publisher.addRecord("sums", schema: Tables.sums, to: source)
    }
    for name in ["", "a/b", ".hidden", "a\nb"] {
      #expect(throws: TableError.invalidName(name)) { try publisher.addSource(name) }
    }
    publisher.close()
    publisher.close()
    #expect(throws: TableError.closed(name: "unnamed")) { try publisher.addSource("late") }
  }
}
