import CLinux
import Testing

@testable import FUSE

@Suite struct ReplyTests {
  /// `struct fuse_attr` of the sample.
  private static let attributes =
    RawMessage.words(0x1112_1314_1516_1718, 513, 2, 24, 24, 24)
    + RawMessage.halves(25, 25, 25, 0o100644, 23, 21, 22, 0, 4096, 0)

  @Test(
    "Replies are encoded as in linux/fuse.h",
    arguments: [
      (.done, []),
      (
        .entry(.sample),
        RawMessage.words(0x0102_0304_0506_0708, 9, 26, 28) + RawMessage.halves(27, 29) + attributes
      ),
      (
        .attributes(FuseEntry.sample.attributes, validity: 3_000_000_004),
        RawMessage.words(3) + RawMessage.halves(4, 0) + attributes
      ),
      (
        .opened(handle: 5, [.directIO, .skipsFlush], backing: 0),
        RawMessage.words(5) + RawMessage.halves(0x21, 0)
      ),
      (
        .opened(handle: 5, .passthrough, backing: 3),
        RawMessage.words(5) + RawMessage.halves(0x80, 3)
      ),
      (.written(2), RawMessage.halves(2, 0)),
      (.ready(events: 0x41), RawMessage.halves(0x41, 0)),
      (
        .status(FuseFileSystemStatus(nodes: 1000)),
        RawMessage.words(0, 0, 0, 1000, 0)
          + RawMessage.halves(4096, 255, 4096, 0, 0, 0, 0, 0, 0, 0)
      ),
    ] as [(FuseReply, [UInt8])])
  func replies(reply: FuseReply, body: [UInt8]) {
    let raw = RawReply(reply.bytes)
    #expect(raw.length == 16 + body.count)
    #expect(raw.error == 0 && raw.identifier == 99)
    #expect(raw.body == body)
  }

  @Test("A failure is a negative errno value without a body")
  func failure() {
    let raw = RawReply(FuseReply.failure(.noEntry).bytes)
    #expect(raw.length == 16 && raw.error == -2 && raw.body.isEmpty)
  }

  @Test(
    "Notifications are encoded as in linux/fuse.h",
    arguments: [
      (.wake(17), 1, RawMessage.words(17)),
      (.node(7), 2, RawMessage.words(7, 0, 0)),
      (
        .name(RequestCase.name("ab"), parent: 1), 3,
        RawMessage.words(1) + RawMessage.halves(2, 0) + RawMessage.name("ab")
      ),
      (
        .expiry(RequestCase.name("ab"), parent: 1), 3,
        RawMessage.words(1) + RawMessage.halves(2, 1) + RawMessage.name("ab")
      ),
      (
        .removal(RequestCase.name("ab"), parent: 1, node: 7), 6,
        RawMessage.words(1, 7) + RawMessage.halves(2, 0) + RawMessage.name("ab")
      ),
    ] as [(FuseNotification, Int32, [UInt8])])
  func notifications(notification: FuseNotification, code: Int32, body: [UInt8]) {
    let raw = RawReply(notification.bytes)
    #expect(raw.length == 16 + body.count && raw.body == body)
    #expect(raw.error == code && raw.identifier == 0)
  }

  @Test("Bytes beyond the requested size are dropped", arguments: [0, 1, 4, 5, 6, 4096, 70_000])
  func clamped(limit: Int) {
    let content = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
    var buffer = FuseReplyBuffer()
    for offset in [0, 3, 69_999, 70_000, .max] as [UInt64] {
      buffer.reset(limit: limit)
      buffer.append(content.span, from: offset)
      buffer.append("behind")
      buffer.append(UInt8(0))
      buffer.append(number: UInt64(0))
      let whole = content.dropFirst(Int(clamping: offset)) + Array("behind\0".utf8)
      let expected = Array(whole.prefix(limit))
      buffer.truncate(to: .max >> 1)
      buffer.finish(code: 0, identifier: 1)
      #expect(Array(buffer.message.array.dropFirst(16).prefix(expected.count)) == expected)
      let isWithin = buffer.message.count <= 16 + limit
      #expect(isWithin)
    }
  }

  @Test("Directory entries are aligned to 8 bytes")
  func entries() throws {
    var buffer = FuseDirectoryBuffer()
    buffer.reset(limit: 4096, countsLookups: false)
    var entry = FuseEntry.sample
    entry.attributes.inode = 31
    let isIn = buffer.append(entry, named: RequestCase.name("abc"), cookie: 1)
    entry.attributes.kind = .directory
    let isInToo = buffer.append(entry, named: RequestCase.name("12345678"), cookie: 2)
    let isDotIn = buffer.append(.itself, inode: 30, cookie: 3)
    #expect(isIn && isInToo && isDotIn)
    buffer.reply.finish(code: 0, identifier: 1)
    #expect(
      RawReply(buffer.reply.message.array).body
        == RawMessage.words(31, 1) + RawMessage.halves(3, 8) + Array("abc\0\0\0\0\0".utf8)
        + RawMessage.words(31, 2) + RawMessage.halves(8, 4) + Array("12345678".utf8)
        + RawMessage.words(30, 3) + RawMessage.halves(1, 4) + Array(".\0\0\0\0\0\0\0".utf8))
  }

  @Test("Directory entries with attributes begin with the attributes")
  func entriesWithAttributes() throws {
    var buffer = FuseDirectoryBuffer()
    buffer.reset(limit: 4096, countsLookups: true)
    let isIn = buffer.append(.sample, named: RequestCase.name("abc"), cookie: 1)
    let isDotIn = buffer.append(.parent, inode: 30, cookie: 2)
    #expect(isIn && isDotIn)
    buffer.reply.finish(code: 0, identifier: 1)
    let raw = RawReply(buffer.reply.message.array)
    #expect(raw.body.count == 2 * 160)
    #expect(Array(raw.body.prefix(128)) == RawReply(FuseReply.entry(.sample).bytes).body)
    #expect(
      Array(raw.body[128..<160])
        == RawMessage.words(0x1112_1314_1516_1718, 1) + RawMessage.halves(3, 8)
        + Array("abc\0\0\0\0\0".utf8))
    #expect(raw.uint64(at: 160) == 0, "the kernel would count a lookup of ..")
  }

  @Test("A directory reply contains only whole entries", arguments: [false, true])
  func packing(countsLookups: Bool) {
    let stride = (countsLookups ? 152 : 24) + 8
    var buffer = FuseDirectoryBuffer()
    for limit in 0..<(3 * stride + 1) {
      buffer.reset(limit: limit, countsLookups: countsLookups)
      var taken = 0
      while buffer.append(.sample, named: RequestCase.name("abc"), cookie: UInt64(taken)) {
        taken += 1
      }
      #expect(taken == limit / stride)
      #expect(buffer.reply.count == taken * stride)
    }
  }
}
