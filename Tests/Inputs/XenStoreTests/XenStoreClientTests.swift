import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import XenStore

/// Serialized, because some tests wait for deadlines.
@Suite(.serialized) struct XenStoreClientTests {
  private static let uuid = "3f8a2c1e-0b7d-4e55-9c21-aa0102030405"
  private static let nodes = [
    "/local/domain/0/name": "Domain-0",
    "/local/domain/7/name": "web1",
    "/local/domain/7/vm": "/vm/\(uuid)",
  ]
  /// The tolerance for a loaded host; a wait without a deadline would never end.
  private static let slack: UInt64 = 3_000_000_000

  private func client(_ store: FakeStore) throws -> XenStoreClient {
    try XenStoreClient([.socket(store.path)], timeoutMilliseconds: 1000)
  }

  @Test(
    "Names, UUIDs and directories are read, whole or in single bytes", arguments: [false, true])
  func reads(isTorn: Bool) throws {
    let store = try FakeStore("reads", nodes: Self.nodes)
    defer { store.stop() }
    if isTorn { store.update { $0.behaviour = .torn } }
    let client = try client(store)
    // After a new connection domains may have changed.
    #expect(client.refresh())
    #expect(client.isWatching)
    #expect(client.name(of: 7) == "web1")
    #expect(client.uuid(of: 7) == Self.uuid)
    #expect(client.name(of: 8) == nil)
    #expect(client.uuid(of: 0) == nil)
    #expect(try client.directory("/local/domain") == ["0", "7"])
    #expect(try client.directory("/local/nothing") == nil)
    #expect(try client.read("/local/domain/0/name") == Array("Domain-0".utf8))
    #expect(client.failure == nil)
    // Only requests of the types directory, read and watch.
    #expect(Set(store.now.requests) == [1, 2, 4])
  }

  @Test("A watch event makes the descriptor readable and invalidates cached facts")
  func watches() throws {
    let store = try FakeStore("watches", nodes: Self.nodes)
    defer { store.stop() }
    let client = try client(store)
    connect(client)
    #expect(client.name(of: 7) == "web1")
    let requestCount = store.now.requests.count
    #expect(client.name(of: 7) == "web1")
    #expect(store.now.requests.count == requestCount)
    store.update {
      $0.nodes["/local/domain/7/name"] = "web2"
      $0.fires = 1
    }
    #expect(waits { hasInput(client) })
    #expect(waits { client.refresh() })
    #expect(client.name(of: 7) == "web2")
  }

  @Test("A new name of a domain is found after 10 seconds without an event")
  func renamed() throws {
    let store = try FakeStore("renamed", nodes: Self.nodes)
    defer { store.stop() }
    let client = try client(store)
    connect(client)
    #expect(client.name(of: 7) == "web1")
    store.update { $0.nodes["/local/domain/7/name"] = "web2" }
    client.refresh()
    #expect(client.name(of: 7) == "web1")
    client.refresh(now: monotonicNanoseconds() + 11_000_000_000)
    #expect(client.name(of: 7) == "web2")
  }

  @Test(
    "A hanging store causes one timeout, and no connection attempts during the pause",
    arguments: [FakeStore.Behaviour.silent, .trickling, .flooding])
  func hanging(_ behaviour: FakeStore.Behaviour) throws {
    let store = try FakeStore("hanging", nodes: Self.nodes)
    defer { store.stop() }
    let client = try XenStoreClient([.socket(store.path)], timeoutMilliseconds: 50)
    connect(client)
    store.update { $0.behaviour = behaviour }
    let begin = monotonicNanoseconds()
    client.refresh(now: begin)
    for domain in 0..<100 as Range<UInt32> { #expect(client.name(of: domain) == nil) }
    #expect(monotonicNanoseconds() - begin < Self.slack)
    #expect(client.failure == .timeout)
    let clients = store.now.clients
    // The client disconnects and does not reconnect for a second.
    let later = begin + 60_000_000
    client.refresh(now: later)
    for offset in 1...9 as ClosedRange<UInt64> { client.refresh(now: later + offset * 100_000_000) }
    #expect(client.name(of: 7) == nil)
    #expect(store.now.clients == clients)
    store.update { $0.behaviour = .healthy }
    #expect(waits { client.refresh() && client.name(of: 7) == "web1" })
    #expect(client.failure == nil)
  }

  @Test("Requests after the first refresh can have a longer timeout")
  func firstTimeout() throws {
    let store = try FakeStore("first", nodes: Self.nodes)
    defer { store.stop() }
    store.update { $0.behaviour = .late(200) }
    let client = try XenStoreClient(
      [.socket(store.path)], timeoutMilliseconds: 50, firstTimeoutMilliseconds: 20_000)
    client.refresh()
    #expect(client.name(of: 7) == "web1")
    client.refresh()
    #expect(throws: XenStoreError.timeout) { try client.read("/local/domain/0/name") }
  }

  @Test("A late reply is discarded, and the connection remains usable")
  func late() throws {
    let store = try FakeStore("late", nodes: Self.nodes)
    defer { store.stop() }
    let client = try XenStoreClient([.socket(store.path)], timeoutMilliseconds: 50)
    connect(client)
    store.update { $0.behaviour = .late(200) }
    #expect(throws: XenStoreError.timeout) { try client.read("/local/domain/7/name") }
    #expect(throws: XenStoreError.timeout) { try client.read("/local/domain/0/name") }
    #expect(waits { hasInput(client) })
    store.update { $0.behaviour = .healthy }
    client.refresh()
    #expect(try client.read("/local/domain/0/name") == Array("Domain-0".utf8))
    #expect(store.now.clients == 1)
  }

  @Test("The first endpoint that can be opened is used, a device without watches")
  func device() throws {
    // A pipe returns the request, which has the id and the type of a reply.
    let path = "/tmp/vitals-store-\(getpid()).pipe"
    removeFile(path)
    #expect(unsafe mkfifo(path, 0o600) == 0)
    defer { removeFile(path) }
    let client = try XenStoreClient([.socket("/nonexistent/socket"), .device(path)])
    #expect(client.refresh())
    #expect(!client.isWatching && client.failure == nil)
    #expect(try client.read("/a/b") == Array("/a/b\0".utf8))
    #expect(try client.directory("/a/b") == ["/a/b"])
  }

  @Test("The next refresh restores a closed connection")
  func closed() throws {
    let store = try FakeStore("closed", nodes: Self.nodes)
    defer { store.stop() }
    let client = try client(store)
    client.refresh()
    #expect(client.name(of: 7) == "web1")
    store.update { $0.behaviour = .closes }
    #expect(throws: XenStoreError.closed) { try client.read("/local/domain/0/name") }
    #expect(throws: XenStoreError.closed) { try client.read("/local/domain/0/name") }
    #expect(!client.isWatching)
    store.update { $0.behaviour = .healthy }
    #expect(waits { client.refresh() && client.name(of: 7) == "web1" })
  }

  @Test(
    "A protocol violation closes the connection and is reported",
    arguments: [
      // An unknown type; a length above the maximum; a transaction.
      FakeStore.message(99, 3, [1]), FakeStore.message(2, 3, [], count: 4097),
      FakeStore.message(2, 3, [1], transaction: 7),
      // A reply to another request; a reply of another type; an event of an unknown watch.
      FakeStore.message(2, 2, [1]), FakeStore.message(1, 3, [1]),
      FakeStore.message(15, 0, Array("/x\0y\0".utf8)), FakeStore.message(15, 0, []),
      // An error without a name, and with an invalid name.
      FakeStore.message(16, 3, []), FakeStore.message(16, 3, Array("e/../x\0".utf8)),
      Array("HTTP/1.1 400 Bad Request\r\n".utf8),
    ])
  func hostile(_ bytes: [UInt8]) throws {
    let store = try FakeStore("hostile", nodes: Self.nodes)
    defer { store.stop() }
    let client = try client(store)
    client.refresh()
    store.update { $0.behaviour = .sends(bytes) }
    #expect(client.name(of: 7) == nil)
    guard case .protocolViolation = client.failure else {
      Issue.record("\(String(describing: client.failure))")
      return
    }
    #expect(!client.isWatching)
  }

  @Test("A client whose watches are rejected can send requests")
  func unwatched() throws {
    let store = try FakeStore("unwatched", nodes: Self.nodes)
    defer { store.stop() }
    store.update { $0.behaviour = .rejectsWatches }
    let client = try client(store)
    #expect(client.refresh())
    #expect(!client.isWatching)
    #expect(client.name(of: 7) == "web1")
  }

  @Test("Without a store the error is that of the first endpoint")
  func absent() throws {
    let client = try XenStoreClient([.socket("/nonexistent/socket"), .device("/nonexistent/bus")])
    #expect(!client.refresh())
    guard case .system(let error) = client.failure else {
      Issue.record("\(String(describing: client.failure))")
      return
    }
    #expect(error.code == ENOENT && error.object == "/nonexistent/socket")
    #expect(client.name(of: 0) == nil)
  }

  @Test(
    "A name with unprintable characters or slashes is ignored",
    arguments: ["", "a/b", "a\u{1b}[2J", "a\u{202e}b", String(repeating: "x", count: 256)])
  func badNames(_ name: String) throws {
    let store = try FakeStore("bad", nodes: ["/local/domain/1/name": name])
    defer { store.stop() }
    let client = try client(store)
    client.refresh()
    #expect(client.name(of: 1) == nil)
    #expect(client.failure == nil)
  }

  @Test(
    "A UUID is extracted from a path",
    arguments: [
      ("/vm/\(uuid)", uuid), ("/vm/\(uuid.uppercased())", uuid), ("/vm/\(uuid)-3", uuid),
      ("/vm/\(uuid)-", nil), ("/vm/\(uuid)x", nil), ("/vm/", nil), ("", nil), (uuid, nil),
      ("/vm/" + String(repeating: "0", count: 36), nil),
    ] as [(String, String?)])
  func uuids(_ path: String, _ expected: String?) {
    #expect(XenStoreClient.uuid(ofPath: path) == expected)
  }

  /// Connects and drains the initial events of the watches, which precede the reply.
  private func connect(_ client: XenStoreClient) {
    #expect(client.refresh())
    #expect(client.name(of: 0) == "Domain-0")
    #expect(client.refresh())
    #expect(!client.refresh())
  }

  private func hasInput(_ client: XenStoreClient) -> Bool {
    waitForInput(of: [client.descriptor], until: 0)[0]
  }
}
