import CCalls
import CVitals
import Glibc
import LinuxSystem
import Statistics
import TestSupport
import Testing

@testable import SharedTable

/// Attempts of a reader, also as root, to change a publisher's memory.
struct ProtectionTests {
  /// An attempt to change the memory through a descriptor; returns whether it succeeded.
  struct Attempt: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let body: @Sendable (CInt) -> Bool

    init(_ name: String, _ body: @escaping @Sendable (CInt) -> Bool) {
      testDescription = name
      self.body = body
    }

    static func maps(_ number: CInt) -> Bool {
      let start = unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0)
      guard let start = unsafe start, unsafe start != MAP_FAILED else { return false }
      unsafe munmap(start, 4096)
      return true
    }

    static func protects(_ number: CInt) -> Bool {
      let start = unsafe mmap(nil, 4096, PROT_READ, MAP_SHARED, number, 0)
      guard let start = unsafe start, unsafe start != MAP_FAILED else { return false }
      defer { unsafe munmap(start, 4096) }
      return unsafe mprotect(start, 4096, PROT_READ | PROT_WRITE) == 0
    }

    static func writes(_ number: CInt) -> Bool {
      var byte: UInt8 = 0xff
      return unsafe write(number, &byte, 1) == 1 || pwrite(number, &byte, 1, 0) == 1
    }

    /// Applies `body` to the same file, reopened with `flags`.
    static func reopened(
      _ flags: CInt, _ body: @escaping @Sendable (CInt) -> Bool
    ) -> @Sendable (CInt) -> Bool {
      { number in
        let again = unsafe open("/proc/self/fd/\(number)", flags | O_CLOEXEC)
        guard again >= 0 else { return false }
        defer { close(again) }
        return body(again)
      }
    }

    static let all = [
      Attempt("mmap", maps),
      Attempt("mprotect", protects),
      Attempt("write", writes),
      Attempt("ftruncate") { ftruncate($0, 8) == 0 },
      Attempt("fallocate a hole") { calls_fallocate($0, 3) == 0 },
      Attempt("reopen, mmap", reopened(O_RDWR, maps)),
      Attempt("reopen, mprotect", reopened(O_RDWR, protects)),
      Attempt("reopen, write", reopened(O_RDWR, writes)),
      Attempt("reopen, ftruncate", reopened(O_RDWR) { ftruncate($0, 8) == 0 }),
      Attempt("reopen, fallocate a hole", reopened(O_RDWR) { calls_fallocate($0, 3) == 0 }),
      Attempt("reopen, fallocate zeros", reopened(O_RDWR) { calls_fallocate($0, 0x10) == 0 }),
      Attempt("reopen, empty", reopened(O_RDWR | O_TRUNC) { _ in true }),
      Attempt("add a seal", reopened(O_RDWR) { fcntl($0, 1033, 8) == 0 }),
    ]
  }

  @Test(
    "A reader cannot change the table or the on-demand segment", arguments: Attempt.all)
  func readOnlyForReaders(attempt: Attempt) throws {
    let directory = try MemoryDirectory()
    let publisher = try Publisher(Publication(name: "app", directory: directory.path))
    let source = try publisher.addSource("worker")
    let record = try publisher.addRecord("spins", schema: Tables.heavy, to: source)
    let reader = try Reader.connect(
      to: "\(directory.path)/app.socket", timeoutMilliseconds: 30_000)
    let group = try #require(reader.group("spins"))
    try reader.enable([group])
    try #require(record.counter("spins")).add(5)

    let table = try publisher.descriptorForReader()
    let didChangeTable = attempt.body(table.rawValue)
    #expect(!didChangeTable)
    // A separate connection also receives the on-demand segment.
    let socket = try UnixSocket.connect(to: "\(directory.path)/app.socket", .messages)
    try socket.send(BrokerMessage(VITALS_ACQUIRE).bytes)
    let isAnswered = socket.waitForInput(milliseconds: 30_000)
    #expect(isAnswered)
    let numbers = try socket.receive(limit: 100).descriptors
    #expect(numbers.count == 2)
    for number in numbers {
      #expect(!attempt.body(number))
      close(number)
    }
    #expect(reader.value("spins", of: group) == 5)
    let again = try Reader(of: publisher)
    #expect(again.errors.isEmpty && again.groups.count == 1)
  }

  @Test("A publisher can grow a file that a reader extended")
  func fileExtendedByReader() throws {
    let publisher = try Tables.publisher()
    let reader = try Reader(of: publisher)
    let table = try publisher.descriptorForReader()
    // Only root and the same user can open it for writing.
    let again = unsafe open("/proc/self/fd/\(table.rawValue)", O_RDWR | O_CLOEXEC)
    try #require(again >= 0)
    defer { close(again) }
    #expect(ftruncate(again, 1 << 44) == 0)
    let source = try publisher.addSource("worker")
    let wide = Schema(packing: (0..<4_000).map { Statistic("w\($0)", .cumulative) })
    var records: [Record] = []
    for number in 0..<60 {
      records.append(try publisher.addRecord("r\(number)", schema: wide, to: source))
    }
    #expect(publisher.memoryUse.tableByteCount > 1 << 20)
    for reader in [reader, try Reader(of: publisher)] {
      reader.refresh()
      #expect(reader.errors.isEmpty && reader.groups.count == 60)
      #expect(reader.value("w3999", of: try #require(reader.group("r59"))) == 0)
    }
  }

  @Test("Users other than the owner cannot reopen the descriptor for writing")
  func reopenedByOthers() throws {
    let publisher = try Tables.publisher()
    let table = try publisher.descriptorForReader()
    let mode = try FileStatus(table).mode & 0o777
    #expect(mode & 0o077 == 0, "mode \(String(mode, radix: 8))")
  }
}
