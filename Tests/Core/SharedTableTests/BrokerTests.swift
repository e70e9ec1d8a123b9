import CVitals
import Glibc
import LinuxSystem
import Statistics
import Synchronization
import TestSupport
import Testing

@testable import SharedTable

/// The broker with well-behaved and misbehaving readers.
struct BrokerTests {
  private static let timeout = 30_000

  /// A publisher with two on-demand groups and one other group.
  private final class Stage: Sendable {
    let directory: MemoryDirectory
    let publisher: Publisher
    let source: PublishedSource
    let always: Record
    let spins: Record
    let sums: Record
    let calls = Calls()

    init() throws {
      directory = try MemoryDirectory()
      publisher = try Publisher(Publication(name: "app", directory: directory.path))
      source = try publisher.addSource("worker")
      always = try publisher.addRecord("always", schema: Tables.sums, to: source)
      let calls = calls
      spins = try publisher.addRecord("spins", schema: Tables.heavy, to: source) {
        calls.add("spins \($0)")
      }
      sums = try publisher.addRecord(
        "sums", schema: Tables.sums, to: source, consistency: .latched, isOnDemand: true
      ) { calls.add("sums \($0)") }
    }

    var socket: String { "\(directory.path)/app.socket" }

    func connect() throws -> Reader {
      try Reader.connect(to: socket, timeoutMilliseconds: BrokerTests.timeout)
    }

    func raw() throws -> UnixSocket { try UnixSocket.connect(to: socket, .messages) }
  }

  /// The recorded calls of watch handlers.
  private final class Calls: Sendable {
    private let all = Mutex<[String]>([])

    func add(_ text: String) { all.withLock { $0.append(text) } }

    var texts: [String] { all.withLock { $0 } }
  }

  @Test("The first reader enables a group and the last one disables it")
  func firstAndLastReader() throws {
    let stage = try Stage()
    let (one, two) = (try stage.connect(), try stage.connect())
    #expect(waits { stage.publisher.readerCount == 2 })
    let group = try #require(one.group("spins"))
    #expect(one.words(of: group).sample == .disabled)
    #expect(!stage.spins.isWatched && stage.publisher.memoryUse.onDemandByteCount == 0)
    // A write while the group is disabled has no effect.
    let spins = try #require(stage.spins.counter("spins"))
    spins.add(99)

    #expect(try one.enable([group]) == 1)
    #expect(stage.spins.isWatched && stage.publisher.memoryUse.onDemandByteCount > 0)
    #expect(one.words(of: group) == (.up(nil), [0]), "enabling resets the values")
    spins.add(3)
    #expect(one.words(of: group) == (.up(nil), [3]))
    #expect(try one.enable([group]) == 1, "a repeated request counts once")
    #expect(try two.enable([try #require(two.group("spins"))]) == 1)
    #expect(two.words(of: group) == (.up(nil), [3]))

    try one.disable([group])
    #expect(stage.spins.isWatched, "the other reader still has it enabled")
    try one.disable([group])
    #expect(stage.spins.isWatched, "a reader cannot disable the demand of another one")
    try two.disable([group])
    #expect(!stage.spins.isWatched && stage.publisher.memoryUse.onDemandByteCount == 0)
    #expect(two.words(of: group).sample == .disabled)
    #expect(waits { stage.calls.texts == ["spins true", "spins false"] })
  }

  @Test("The demands of a reader end with its connection")
  func demandsEnd() throws {
    let stage = try Stage()
    do {
      let reader = try stage.connect()
      let groups = reader.groups.filter(\.isOnDemand)
      #expect(groups.count == 2)
      #expect(try reader.enable(groups) == 2)
      #expect(stage.spins.isWatched && stage.sums.isWatched)
    }
    #expect(waits { !stage.spins.isWatched && !stage.sums.isWatched })
    #expect(waits { stage.publisher.readerCount == 0 })
    #expect(stage.publisher.memoryUse.onDemandByteCount == 0)
    #expect(waits { stage.calls.texts.count == 4 })
  }

  @Test("A group added while others are enabled can be enabled")
  func lateGroup() throws {
    let stage = try Stage()
    let reader = try stage.connect()
    try reader.enable([try #require(reader.group("spins"))])
    // Larger than the on-demand segment.
    let wide = Schema(
      packing: (0..<2_000).map { Statistic("w\($0)", .cumulative, cost: .heavy) })
    let record = try stage.publisher.addRecord("wide", schema: wide, to: stage.source)
    #expect(waits { reader.refresh() && reader.group("wide") != nil })
    let group = try #require(reader.group("wide"))
    #expect(reader.words(of: group).sample == .disabled)
    #expect(try reader.enable([group]) == 1)
    try #require(record.counter("w1999")).bump()
    #expect(reader.value("w1999", of: group) == 1)
    #expect(reader.value("spins", of: try #require(reader.group("spins"))) == 0)
  }

  @Test("Groups that are not on demand or were removed cannot be enabled")
  func groupsWithoutDemand() throws {
    let stage = try Stage()
    let reader = try stage.connect()
    let always = try #require(reader.group("always"))
    #expect(try reader.enable([always]) == 0, "the group is not on demand")
    try stage.publisher.remove(stage.spins)
    let gone = try #require(reader.group("spins"))
    #expect(try reader.enable([gone]) == 0)
    #expect(reader.words(of: gone).sample == .removed)
    try stage.publisher.remove(stage.source)
    #expect(waits { reader.refresh() && reader.groups.isEmpty })
  }

  @Test("Groups with heavy or internal statistics are on demand by default")
  func defaultDemand() throws {
    let publisher = try Tables.publisher()
    let source = try publisher.addSource("worker")
    let cases: [(Statistic, Bool)] = [
      (Statistic("free", .cumulative), false),
      (Statistic("cheap", .cumulative, cost: .cheap), false),
      (Statistic("heavy", .cumulative, cost: .heavy), true),
      (Statistic("internal", .cumulative, stability: .internal), true),
    ]
    for (statistic, isOnDemand) in cases {
      let schema = Schema(packing: [statistic])
      let record = try publisher.addRecord(statistic.name, schema: schema, to: source)
      #expect(record.isOnDemand == isOnDemand, "\(statistic.name)")
      let name = "\(statistic.name)-chosen"
      let chosen = try publisher.addRecord(
        name, schema: schema, to: source, isOnDemand: !isOnDemand)
      #expect(chosen.isOnDemand != isOnDemand, "\(statistic.name)")
    }
  }

  @Test("A latched on-demand record counts from zero after each enabling")
  func latchedRecord() throws {
    let stage = try Stage()
    let reader = try stage.connect()
    let group = try #require(reader.group("sums"))
    for _ in 0..<3 {
      try reader.enable([group])
      #expect(reader.words(of: group).words == [0, 0, 0])
      for _ in 0..<2 {
        stage.sums.update { words in
          words[0] += 1
          words[2] += 1
        }
      }
      #expect(reader.words(of: group).words == [2, 0, 2])
      try reader.disable([group])
    }
  }

  @Test("An invalid message ends only its own connection")
  func invalidMessage() throws {
    let stage = try Stage()
    let reader = try stage.connect()
    let group = try #require(reader.group("spins"))
    try reader.enable([group])
    var foreign = BrokerMessage(VITALS_ENABLE, ids: [group.id]).bytes
    foreign[0] ^= 1
    var tooMany = BrokerMessage(VITALS_ENABLE, ids: [group.id]).bytes
    tooMany[12] = 200
    let messages: [[UInt8]] = [
      [0], Array(repeating: 0xff, count: 24), foreign, tooMany,
      Array(BrokerMessage(VITALS_ENABLE, ids: [group.id]).bytes.dropLast()),
      Array(repeating: 0x54, count: 20_000),
    ]
    for message in messages {
      let socket = try stage.raw()
      try socket.send(message)
      let rest = try answer(socket)
      #expect(rest.isEmpty, "\(message.prefix(24))")
    }
    #expect(try reader.enable([group]) == 1)
    #expect(waits { stage.publisher.readerCount == 1 } && stage.spins.isWatched)
  }

  @Test("An unknown operation is rejected and the connection stays open")
  func unknownOperation() throws {
    let stage = try Stage()
    let socket = try stage.raw()
    var later = BrokerMessage(VITALS_ENABLE).bytes
    later[4] = 77
    try socket.send(later)
    let bytes = try answer(socket)
    let reply = try #require(BrokerMessage(bytes))
    #expect(reply.error == ENOSYS)
    try socket.send(BrokerMessage(VITALS_ACQUIRE).bytes)
    var count = 0
    _ = try answer(socket) { count += $0 }
    #expect(count == 1)
  }

  /// The next message that is not a notification of a change; closes its descriptors.
  private func answer(
    _ socket: borrowing UnixSocket, descriptors: (Int) -> Void = { _ in }
  ) throws -> [UInt8] {
    while true {
      guard socket.waitForInput(milliseconds: Self.timeout) else {
        Issue.record("the broker does not reply")
        return []
      }
      let message = try socket.receive(limit: 100)
      for number in message.descriptors { close(number) }
      descriptors(message.descriptors.count)
      if BrokerMessage(message.bytes)?.operation != VITALS_CHANGED.rawValue {
        return message.bytes
      }
    }
  }

  @Test("Descriptors sent by a reader are closed")
  func descriptorsOfReader() throws {
    let stage = try Stage()
    let socket = try stage.raw()
    let pipe = try Pipe()
    try socket.send(
      BrokerMessage(VITALS_ACQUIRE).bytes, descriptors: [pipe.writer.rawValue])
    _ = try answer(socket)
    // The pipe reports its end after the last writer was closed.
    let reader = pipe.closeWriter()
    let isAtEnd = reader.waitForInput(milliseconds: Self.timeout)
    #expect(isAtEnd)
  }

  @Test("A reader that never receives does not block the publisher")
  func unresponsiveReader() throws {
    let stage = try Stage()
    let unresponsive = try stage.raw()
    var sent = 0
    let acquire = BrokerMessage(VITALS_ACQUIRE).bytes
    // More replies than fit into the socket's buffer.
    while sent < 2_000 {
      if (try? unresponsive.send(acquire)) != nil { sent += 1 } else { sleepNanoseconds(100_000) }
    }
    for round in 0..<600 { try stage.publisher.setLabels(["round": "\(round)"], of: stage.source) }
    let reader = try stage.connect()
    #expect(try reader.enable([try #require(reader.group("spins"))]) == 1)
    #expect(waits { stage.publisher.readerCount == 2 })
  }

  @Test("A reader that missed many changes can still enable a group")
  func lateReader() throws {
    let stage = try Stage()
    let reader = try stage.connect()
    for round in 0..<2_000 {
      try stage.publisher.setLabels(["round": "\(round)"], of: stage.source)
      // Pause, so that the broker announces each change.
      if round.isMultiple(of: 4) { sleepNanoseconds(200_000) }
    }
    #expect(try reader.enable([try #require(reader.group("spins"))]) == 1)
    #expect(reader.value("spins", of: try #require(reader.group("spins"))) == 0)
  }

  @Test("Frequent changes do not increase the stack depth")
  func frequentChanges() async {
    // A closure that generic code moved out of a mutex and back was wrapped in a further thunk each
    // time.
    await #expect(processExitsWith: .success) {
      let directory = try MemoryDirectory()
      let publisher = try Publisher(Publication(name: "app", directory: directory.path))
      let source = try publisher.addSource("worker")
      for number in 0..<50_000 {
        try publisher.setStatus(.stale(since: UInt64(number)), of: source)
      }
      let reader = try Reader.connect(
        to: "\(directory.path)/app.socket", timeoutMilliseconds: 30_000)
      #expect(reader.source("worker")?.status == .stale(since: 49_999))
    }
  }

  @Test("The broker serves 200 readers")
  func manyReaders() throws {
    raiseDescriptorLimit()
    let stage = try Stage()
    try #require(stage.always.counter("total")).add(5)
    var readers = try (0..<200).map { _ in try stage.connect() }
    #expect(waits { stage.publisher.readerCount == 200 })
    for reader in readers {
      #expect(try reader.enable(reader.groups.filter(\.isOnDemand)) == 2)
      #expect(reader.value("total", of: try #require(reader.group("always"))) == 5)
    }
    try #require(stage.spins.counter("spins")).add(7)
    for reader in readers {
      #expect(reader.value("spins", of: try #require(reader.group("spins"))) == 7)
    }
    readers.removeLast(150)
    #expect(waits { stage.publisher.readerCount == 50 } && stage.spins.isWatched)
    readers.removeAll()
    #expect(waits { stage.publisher.readerCount == 0 } && !stage.spins.isWatched)
  }

  @Test("A request to a stopped publisher times out")
  func stoppedPublisher() throws {
    let directory = try MemoryDirectory()
    let publisher = try Program.holder("publish", directory.path, "stopped", "--pause", "1000000")
    let socket = "\(directory.path)/stopped.socket"
    let reader = try Reader.connect(to: socket, timeoutMilliseconds: Self.timeout)
    try publisher.stop()
    #expect(throws: TableError.timedOut(socket: socket, milliseconds: 50)) {
      try Reader.connect(to: socket, timeoutMilliseconds: 50)
    }
    let (sample, words) = reader.words(of: try #require(reader.group("balance")))
    #expect(TornTests.isWhole(words, sample.window))
    publisher.process.kill()
    #expect(throws: TableError.self) { try reader.enable(reader.groups) }
    #expect(!reader.hasBroker)
  }

  @Test("The error of a reset connection reaches the caller")
  func resetConnection() throws {
    let directory = try MemoryDirectory()
    let path = "\(directory.path)/reset.socket"
    let listener = try UnixSocket.listen(at: path, .messages)
    let thread = try SystemThread(name: "reset") {
      guard let socket = try? listener.accept() else { return }
      // Closing a socket with an unread message resets the connection.
      _ = socket.waitForInput(milliseconds: Self.timeout)
    }
    let reset = SystemError(call: "recvmsg", object: path, code: ECONNRESET)
    #expect(throws: TableError.system(reset)) {
      try Reader.connect(to: path, timeoutMilliseconds: Self.timeout)
    }
    thread.join()
  }

  @Test("Closing a publisher notifies its readers")
  func closedPublisher() throws {
    let stage = try Stage()
    let reader = try stage.connect()
    try reader.enable(reader.groups.filter(\.isOnDemand))
    stage.publisher.close()
    #expect(reader.waitForChange(milliseconds: Self.timeout))
    reader.refresh()
    #expect(reader.health() == .closed && !reader.hasBroker)
    #expect(stage.directory.entries.filter { $0 != "app.lock" }.isEmpty)
    #expect(stage.calls.texts.count == 4, "all groups are disabled")
    #expect(throws: TableError.self) { try stage.connect() }
  }
}

extension TableSample {
  /// The window of the words, if the publisher states one.
  var window: Window? {
    if case .up(let window) = self { window } else { nil }
  }
}
