import LinuxSystem
import SharedTable
import Statistics
import TestSupport
import Testing

/// Tables of each revision, written in C and read in Swift, and the reverse.
struct MatrixTests {
  /// Checks the contents of a table of `Tests/TableMatrix/publisher.c`.
  private func check(_ reader: Reader, revision: UInt32) throws {
    #expect(reader.errors.isEmpty)
    #expect(reader.identity.revision == revision)
    #expect(reader.identity.instanceText == "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf")
    #expect(reader.identity.pid == 4242 && reader.identity.owner == 1000)
    let wall: UInt64 = revision == 1 ? 0 : 1_700_000_000_000_000_000
    #expect(reader.identity.createdWall == wall)
    #expect(reader.sources.count == 2)
    let shop = try #require(reader.sources.first)
    #expect(shop.path == "app%2fshop", "its name has a slash")
    #expect(shop.labels == ["left": "stätisch", "right": "00000000000000000000"])
    #expect(shop.created == 1_500_000_000 && shop.owner == nil)
    let worker = try #require(reader.sources.last)
    #expect(worker.parent == shop.id && worker.keys == ["cpu": "3", "device": "eth0"])
    #expect(worker.owner == 1000)
    try checkSchema(reader, revision: revision)
    try checkValues(reader)
  }

  private func checkSchema(_ reader: Reader, revision: UInt32) throws {
    let schema = try #require(reader.group("requests")).schema
    #expect(schema["requests"]?.stability == .stable)
    #expect(schema["requests"]?.meaning == "Requests that were answered.")
    #expect(
      schema["sent"]?.unit == .bytes && schema["sent"]?.scale == Scale(base: .two, exponent: 10))
    #expect(schema["drift"]?.isSigned == true && schema["drift"]?.stability == .internal)
    #expect(schema["latency"]?.kind == .logHistogram && schema["latency"]?.cost == .cheap)
    #expect(schema["length"]?.bucketSize == 512 && schema["length"]?.cost == .heavy)
    #expect(schema["queue_peak"]?.kind == .peak)
    #expect(schema["accepting"]?.unit == .boolean)
    let states = schema["phase"].map { $0.kind == .state ? $0.states : [] }
    #expect(states == (revision == 1 ? nil : ["starting", "serving", "draining"]))
    let novel = schema["novel"]
    #expect(novel?.kind == (revision == 3 ? .unknown(9) : nil))
    #expect(novel?.unit == (revision == 3 ? .unknown(7) : nil))
  }

  private func checkValues(_ reader: Reader) throws {
    let requests = try #require(reader.group("requests"))
    #expect(reader.value("requests", of: requests) == 1_000_000)
    #expect(reader.value("sent", of: requests) == UInt64.max - 1, "a saturated counter")
    #expect(reader.value("margin", of: requests) == UInt64(bitPattern: -250))
    #expect(reader.value("drift", of: requests) == nil)
    #expect(reader.value("queue_peak", of: requests) == nil)
    let words = reader.words(of: requests).words
    #expect(words[4..<12] == [1, 0, 0, 1, 1, 2, 5, 133] && words[12..<16] == [6, 5, 5, 14])
    let balance = reader.words(of: try #require(reader.group("balance")))
    #expect(balance == (.up(Window(begin: 5, end: 45)), [5, 15, 25, 45]))
    let balance16 = reader.words(of: try #require(reader.group("balance-16")))
    #expect(balance16 == (.up(Window(begin: 21, end: 525)), [21, 63, 441, 525]))
    let denied = reader.words(of: try #require(reader.group("denied")))
    #expect(denied.sample == .notCurrent(.denied(code: 13)))
    #expect(denied.words.allSatisfy { $0 == Inactive.unsigned })
    let asleep = reader.words(of: try #require(reader.group("asleep")))
    #expect(asleep.sample == .disabled)
  }

  @Test(
    "A stored table of each frozen revision can be read", arguments: CPrograms.frozen)
  func frozenRevision(revision: String) throws {
    let directory = try MemoryDirectory()
    let path = try directory.write(CPrograms.expected("\(revision).table"), to: "a.table")
    try check(
      try Reader.open(path), revision: ["rev1": 1, "rev2": 2, "future": 3][revision] ?? 0)
  }

  @Test(
    "A table published by C can be read", .enabled(if: CPrograms.exist, Skips.programs),
    arguments: CPrograms.revisions)
  func publishedByC(revision: String) throws {
    let directory = try MemoryDirectory()
    let path = "\(directory.path)/a.table"
    let publisher = try Program(CPrograms.path("publisher-\(revision)"), [path])
    #expect(try publisher.wholeOutput().isEmpty)
    try check(
      try Reader.open(path), revision: ["rev1": 1, "future": 3][revision] ?? 2)
  }

  @Test(
    "C can read a table published by Swift", .enabled(if: CPrograms.exist, Skips.programs),
    arguments: CPrograms.revisions)
  func readByC(revision: String) throws {
    let directory = try MemoryDirectory()
    let publication = Publication(
      persistent: "swift", directory: directory.path, tableDirectory: directory.path)
    let publisher = try Publisher(publication)
    let shop = try publisher.addSource("shop", labels: ["state": "open"], owner: 1000)
    let worker = try publisher.addSource("worker", below: shop, keys: ["cpu": "3"])
    let record = try publisher.addRecord("requests", schema: Tables.schema, to: worker)
    try #require(record.counter("served")).add(77)
    try #require(record.level("drift")).set(signed: -3)
    try #require(record.histogram("latency_hist")).observe(1_000)
    try #require(record.level("phase")).set(1)
    let sums = try publisher.addRecord(
      "sums", schema: Tables.sums, to: worker, consistency: .latched)
    sums.replace([1, 2, 3], window: Window(begin: 10, end: 20))
    _ = try publisher.addRecord("spins", schema: Tables.heavy, to: worker)
    record.setStatus(.stale(since: 5))
    let path = "\(directory.path)/swift.table"
    let reader = try Program(CPrograms.path("reader-\(revision)"), [path])
    let text = try reader.wholeOutput()
    for part in [
      "state 1", " shop parent 0 ", "owner 1000 keys\n", "source 1 state=open\n",
      " worker parent 1 ", "owner -1 keys cpu=3\n",
      "  served kvm 0x0 exponent 0 words 0+1 bucket 0 kind 0 flags 0x10 "
        + "\"Requests that were answered.\"\n",
      "  drift kvm 0x21 exponent -9 words 3+1 bucket 0 kind 1 flags 0x1\n",
      "  size_hist kvm 0x13 exponent 0 words 25+4 bucket 1024 kind 3 flags 0x0\n",
      "status 1:0 since 5 demand 0\n  sample ok window 0 0\n", "\n  served 77\n",
      "\n  queue -\n", "\n  drift -3\n", "  latency_hist 0 0 0 0 0 0 0 0 0 0 1 0",
      "\n  latency_ns 1000\n", "\n  phase 1\n", " copies 2 words 3 ",
      "  sample ok window 10 20\n  left 1\n  right 2\n  total 3\n",
      "flags 0x1 start", "  sample asleep\n",
    ] {
      #expect(text.contains(part), "'\(part)' is missing in \(text)")
    }
    let states = " states starting serving draining"
    #expect(text.contains(states) == (revision != "rev1"))
    #expect(!text.contains("broken"))
    withExtendedLifetime(publisher) {}
  }
}

/// Reasons for skipping a test.
enum Skips {
  static let programs: Comment = "Scripts/check-table-matrix.sh has not built the C programs"
}
