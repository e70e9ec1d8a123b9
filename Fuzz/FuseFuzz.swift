import CLinux
// Compiled together with the files of FUSE by Scripts/fuzz.sh.
import LinuxSystem
import Statistics

/// Answers the bytes as a request, first unchanged, then with a valid header.
///
/// LLVM's `docs/LibFuzzer.rst` defines the name and the signature of this function.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  answer(bytes)
  if let first = bytes.first { answer(request(UInt32(first), Array(bytes.dropFirst()))) }
  return 0
}

/// Builds a message with a valid header, except for its extensions, which the last byte selects.
private func request(_ operation: UInt32, _ body: [UInt8]) -> [UInt8] {
  var message: [UInt8] = []
  for number in [UInt32(FuseHeader.byteCount + body.count), operation, 1, 0, 1, 0, 0, 0, 0] {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      message.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
  message += [(body.last ?? 0) & 3, 0, 0, 0]
  return message + body
}

private func answer(_ message: [UInt8]) {
  var responder = FuseResponder(FuzzedFileSystem(), maximumReadSize: 4096)
  switch responder.answer(message.span) {
  case .noReply, .malformed: break
  case .reply, .end: check(responder.reply.message)
  case .entries: check(responder.entries.reply.message)
  }
}

/// Checks the kernel's conditions: the stated length is exact, and at most the requested one.
private func check(_ reply: Span<UInt8>) {
  precondition(reply.count >= 16 && reply.count <= 16 + 4096)
  precondition(reply.uint32(at: 0) == reply.count)
  let error = Int32(bitPattern: reply.uint32(at: 4))
  precondition(error <= 0 && error > -512)
  precondition(error == 0 || reply.count == 16)
}

/// A filesystem that accepts every request.
private final class FuzzedFileSystem: FuseFileSystem {
  private let content = [UInt8](repeating: 65, count: 10_000)

  private func attributes(_ node: UInt64) -> FuseAttributes {
    FuseAttributes(
      inode: node, kind: node == 1 ? .directory : .file, permissions: 0o644, size: node,
      time: node)
  }

  func lookup(
    _ name: FuseName, in directory: UInt64, for _: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    precondition(!name.bytes.isEmpty && !name.bytes.contains(0))
    return FuseEntry(
      node: directory &+ UInt64(name.bytes.count), attributes: attributes(directory),
      nameValidity: directory, attributesValidity: directory)
  }

  func attributes(
    of node: UInt64, handle: UInt64?, for _: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    (attributes(node), handle ?? .max)
  }

  func open(
    _: UInt64, _ flags: FuseOpenFlags, for _: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    flags.isForWriting && flags.truncates ? FuseOpened() : .computed(handle: 7)
  }

  func read(
    _ range: FuseRange, of _: UInt64, for _: FuseCaller, into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    reply.append(content, from: range.offset)
  }

  func write(_ write: FuseWrite, to _: UInt64, for _: FuseCaller) throws(FuseError) -> Int {
    write.bytes.count
  }

  func readDirectory(
    _ range: FuseRange, of node: UInt64, for _: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    var cookie = range.offset
    while cookie < 1_000, let name = FuseName("entry\(cookie)") {
      let entry = FuseEntry(
        node: cookie + 2, attributes: attributes(cookie), nameValidity: 0, attributesValidity: 0)
      cookie += 1
      guard entries.append(entry, named: name, cookie: cookie) else { return }
    }
  }
}
