@testable import FUSE

extension FuseReply {
  /// The encoded message.
  var bytes: [UInt8] {
    var buffer = FuseReplyBuffer()
    encode(into: &buffer, identifier: 99)
    return buffer.message.array
  }
}

extension FuseNotification {
  /// The encoded message.
  var bytes: [UInt8] {
    var buffer = FuseReplyBuffer()
    encode(into: &buffer)
    return buffer.message.array
  }
}

extension FuseEntry {
  /// A file with distinct values in all fields.
  static let sample = FuseEntry(
    node: 0x0102_0304_0506_0708, generation: 9,
    attributes: FuseAttributes(
      inode: 0x1112_1314_1516_1718, kind: .file, permissions: 0o644, size: 513, user: 21,
      group: 22, links: 23, time: 24_000_000_025),
    nameValidity: 26_000_000_027, attributesValidity: 28_000_000_029)
}
