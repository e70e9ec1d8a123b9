import CLinux
import Testing

@testable import FUSE

@Suite struct RequestTests {
  /// The request in a message, or why there is none.
  private func decode(_ message: [UInt8]) throws(FuseProtocolError) -> FuseRequest {
    try FuseRequest(message.span, of: FuseHeader(message.span))
  }

  @Test("A header says who asks for what")
  func header() throws {
    let header = try FuseHeader(RawMessage.request(CLINUX_FUSE_STATFS).span)
    #expect(header.operation == 17 && header.identifier == 99 && header.node == 7)
    #expect(header.caller == FuseCaller(user: 1000, group: 100, process: 4242))
  }

  @Test("A request's body is read", arguments: RequestCase.all)
  func bodies(example: RequestCase) throws {
    #expect(try decode(RawMessage.request(example.operation, example.body)) == example.request)
  }

  @Test("Bytes that a later kernel adds are not looked at", arguments: RequestCase.all)
  func longer(example: RequestCase) throws {
    let body = example.body + [UInt8](repeating: 0xa5, count: 24)
    #expect(try decode(RawMessage.request(example.operation, body)) == example.request)
  }

  @Test("Extensions are no part of a body", arguments: RequestCase.all)
  func extensions(example: RequestCase) throws {
    let body = example.body + [UInt8](repeating: 0xa5, count: 16)
    let message = RawMessage.request(example.operation, extensionWords: 2, body)
    #expect(try decode(message) == example.request)
  }

  @Test("A body that is cut off is refused", arguments: RequestCase.all)
  func cut(example: RequestCase) {
    for count in 0..<example.least {
      let message = RawMessage.request(example.operation, Array(example.body.prefix(count)))
      let flaw = #expect(throws: FuseProtocolError.self) { try decode(message) }
      #expect(flaw?.description.isEmpty == false)
    }
  }

  @Test("A message that is cut off is refused", arguments: 0..<40)
  func cutHeader(count: Int) {
    let message = Array(RawMessage.request(CLINUX_FUSE_STATFS, length: count).prefix(count))
    #expect(throws: FuseProtocolError.truncated(needed: 40, found: count)) {
      try FuseHeader(message.span)
    }
  }

  @Test("A message of another length than it states is refused", arguments: [0, 39, 41, 1 << 31])
  func length(stated: Int) {
    let message = RawMessage.request(CLINUX_FUSE_STATFS, length: stated)
    #expect(throws: FuseProtocolError.length(stated: stated, found: 40)) {
      try FuseHeader(message.span)
    }
  }

  @Test("Extensions that are longer than the message are refused", arguments: [1, 2, 0xffff])
  func longExtensions(words: UInt16) {
    let message = RawMessage.request(
      CLINUX_FUSE_STATFS, extensionWords: words, [1, 2, 3, 4, 5, 6, 7])
    #expect(throws: FuseProtocolError.extensions(byteCount: 8 * Int(words), found: 47)) {
      try FuseHeader(message.span)
    }
  }

  @Test(
    "A name that cannot be is refused",
    arguments: [[], [0], Array("abc".utf8), Array("a/b".utf8) + [0], Array("/".utf8) + [0]])
  func names(body: [UInt8]) {
    #expect(throws: FuseProtocolError.name) {
      try decode(RawMessage.request(CLINUX_FUSE_LOOKUP, body))
    }
  }

  @Test("A name in the extensions is none")
  func nameInExtensions() {
    let message = RawMessage.request(
      CLINUX_FUSE_LOOKUP, extensionWords: 1, Array("abc".utf8) + [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: FuseProtocolError.name) { try decode(message) }
  }

  @Test("The longest name is read, and the next one is too long")
  func longNames() throws {
    let longest = String(repeating: "n", count: 1024)
    let request = try decode(RawMessage.request(CLINUX_FUSE_LOOKUP, RawMessage.name(longest)))
    #expect(request == .lookup(RequestCase.name(longest)))
    #expect(throws: FuseProtocolError.longName(byteCount: 1025)) {
      try decode(RawMessage.request(CLINUX_FUSE_LOOKUP, RawMessage.name(longest + "n")))
    }
    #expect(FuseName(longest + "n") == nil)
  }

  @Test("Only what can be in a directory is a name", arguments: ["", "a/b", "a\0", "/"])
  func invalidNames(text: String) {
    #expect(FuseName(text) == nil)
  }

  @Test("Counts and sizes are held against the message", arguments: [2, 3, .max] as [UInt32])
  func counts(count: UInt32) {
    let forgets = RawMessage.halves(count, 0) + RawMessage.words(8, 1)
    #expect(
      throws: FuseProtocolError.truncated(needed: 48 + 16 * Int(count), found: 64)
    ) { try decode(RawMessage.request(CLINUX_FUSE_BATCH_FORGET, forgets)) }
    let write =
      RawMessage.words(5, 0) + RawMessage.halves(count, 0) + RawMessage.words(0, 0)
      + [UInt8(ascii: "0")]
    #expect(
      throws: FuseProtocolError.truncated(needed: 80 + Int(count), found: 81)
    ) { try decode(RawMessage.request(CLINUX_FUSE_WRITE, write)) }
  }

  @Test("Flags say what a file was opened for")
  func openFlags() {
    let reading = FuseOpenFlags(rawValue: 0x8000)
    #expect(reading.isForReading && !reading.isForWriting && !reading.truncates)
    // What `echo 0 >file` opens it with.
    let writing = FuseOpenFlags(rawValue: 0x8201)
    #expect(!writing.isForReading && writing.isForWriting && writing.truncates)
    let both = FuseOpenFlags(rawValue: 0x8c02)
    #expect(both.isForReading && both.isForWriting && both.appends && both.isNonBlocking)
  }
}
