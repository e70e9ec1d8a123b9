import CLinux
import Testing

@testable import FUSE

@Suite struct RequestTests {
  /// Decodes a message.
  private func decode(_ message: [UInt8]) throws(FuseProtocolError) -> FuseRequest {
    try FuseRequest(message.span, of: FuseHeader(message.span))
  }

  @Test("The header contains the operation, the node and the caller")
  func header() throws {
    let header = try FuseHeader(RawMessage.request(CLINUX_FUSE_STATFS).span)
    #expect(header.operation == 17 && header.identifier == 99 && header.node == 7)
    #expect(header.caller == FuseCaller(user: 1000, group: 100, process: 4242))
  }

  @Test("A request's body is decoded", arguments: RequestCase.all)
  func bodies(example: RequestCase) throws {
    #expect(try decode(RawMessage.request(example.operation, example.body)) == example.request)
  }

  @Test("Bytes that a later kernel adds are ignored", arguments: RequestCase.all)
  func longer(example: RequestCase) throws {
    let body = example.body + [UInt8](repeating: 0xa5, count: 24)
    #expect(try decode(RawMessage.request(example.operation, body)) == example.request)
  }

  @Test("Extensions are not part of the body", arguments: RequestCase.all)
  func extensions(example: RequestCase) throws {
    let body = example.body + [UInt8](repeating: 0xa5, count: 16)
    let message = RawMessage.request(example.operation, extensionWords: 2, body)
    #expect(try decode(message) == example.request)
  }

  @Test("A truncated body is rejected", arguments: RequestCase.all)
  func cut(example: RequestCase) {
    for count in 0..<example.minimumByteCount {
      let message = RawMessage.request(example.operation, Array(example.body.prefix(count)))
      let error = #expect(throws: FuseProtocolError.self) { try decode(message) }
      #expect(error?.description.isEmpty == false)
    }
  }

  @Test("A truncated header is rejected", arguments: 0..<40)
  func cutHeader(count: Int) {
    let message = Array(RawMessage.request(CLINUX_FUSE_STATFS, length: count).prefix(count))
    #expect(throws: FuseProtocolError.truncated(needed: 40, found: count)) {
      try FuseHeader(message.span)
    }
  }

  @Test(
    "A message whose length differs from the header is rejected", arguments: [0, 39, 41, 1 << 31])
  func length(stated: Int) {
    let message = RawMessage.request(CLINUX_FUSE_STATFS, length: stated)
    #expect(throws: FuseProtocolError.length(stated: stated, found: 40)) {
      try FuseHeader(message.span)
    }
  }

  @Test("Extensions longer than the message are rejected", arguments: [1, 2, 0xffff])
  func longExtensions(words: UInt16) {
    let message = RawMessage.request(
      CLINUX_FUSE_STATFS, extensionWords: words, [1, 2, 3, 4, 5, 6, 7])
    #expect(throws: FuseProtocolError.extensions(byteCount: 8 * Int(words), found: 47)) {
      try FuseHeader(message.span)
    }
  }

  @Test(
    "An invalid name is rejected",
    arguments: [[], [0], Array("abc".utf8), Array("a/b".utf8) + [0], Array("/".utf8) + [0]])
  func names(body: [UInt8]) {
    #expect(throws: FuseProtocolError.name) {
      try decode(RawMessage.request(CLINUX_FUSE_LOOKUP, body))
    }
  }

  @Test("A name that reaches into the extensions is rejected")
  func nameInExtensions() {
    let message = RawMessage.request(
      CLINUX_FUSE_LOOKUP, extensionWords: 1, Array("abc".utf8) + [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: FuseProtocolError.name) { try decode(message) }
  }

  @Test("A name of the maximum length is accepted, a longer one is rejected")
  func longNames() throws {
    let longest = String(repeating: "n", count: 1024)
    let request = try decode(RawMessage.request(CLINUX_FUSE_LOOKUP, RawMessage.name(longest)))
    #expect(request == .lookup(RequestCase.name(longest)))
    #expect(throws: FuseProtocolError.longName(byteCount: 1025)) {
      try decode(RawMessage.request(CLINUX_FUSE_LOOKUP, RawMessage.name(longest + "n")))
    }
    #expect(FuseName(longest + "n") == nil)
  }

  @Test("A text that cannot be a file name is rejected", arguments: ["", "a/b", "a\0", "/"])
  func invalidNames(text: String) {
    #expect(FuseName(text) == nil)
  }

  @Test(
    "Counts and sizes beyond the message are rejected", arguments: [2, 3, .max] as [UInt32])
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

  @Test("Open flags are decoded")
  func openFlags() {
    let reading = FuseOpenFlags(rawValue: 0x8000)
    #expect(reading.isForReading && !reading.isForWriting && !reading.truncates)
    // The flags of `echo 0 >file`.
    let writing = FuseOpenFlags(rawValue: 0x8201)
    #expect(!writing.isForReading && writing.isForWriting && writing.truncates)
    let both = FuseOpenFlags(rawValue: 0x8c02)
    #expect(both.isForReading && both.isForWriting && both.appends && both.isNonBlocking)
  }
}
