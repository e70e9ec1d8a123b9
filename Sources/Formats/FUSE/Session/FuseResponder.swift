import CLinux

/// Answers the kernel's messages one at a time, with the same buffers for all replies.
struct FuseResponder: ~Copyable {
  /// What the caller must do after a message is answered.
  enum Outcome {
    /// Do nothing, because the kernel expects no reply.
    case noReply
    /// Write `reply`.
    case reply
    /// Write `entries`.
    case entries
    /// Write `reply` and stop reading.
    case end
    /// Do nothing, because the header of the message is invalid.
    case malformed
  }

  private let fileSystem: any FuseFileSystem
  private let maximumReadSize: Int
  private(set) var reply = FuseReplyBuffer()
  private(set) var entries = FuseDirectoryBuffer()

  init(_ fileSystem: any FuseFileSystem, maximumReadSize: UInt32) {
    self.fileSystem = fileSystem
    self.maximumReadSize = Int(maximumReadSize)
  }

  /// Answers one complete message.
  mutating func answer(_ message: Span<UInt8>) -> Outcome {
    guard let header = try? FuseHeader(message) else { return .malformed }
    do throws(FuseError) {
      return try answer(request(message, header), header)
    } catch {
      // The kernel expects no reply to these two operations, not even an error.
      let operation = Int(header.operation)
      if operation == CLINUX_FUSE_FORGET || operation == CLINUX_FUSE_BATCH_FORGET {
        return .noReply
      }
      return send(.failure(error), header)
    }
  }

  private func request(
    _ message: Span<UInt8>, _ header: FuseHeader
  ) throws(FuseError) -> FuseRequest {
    do throws(FuseProtocolError) {
      return try FuseRequest(message, of: header)
    } catch {
      throw FuseError(error)
    }
  }

  private mutating func answer(
    _ request: FuseRequest, _ header: FuseHeader
  ) throws(FuseError) -> Outcome {
    let (node, caller) = (header.node, header.caller)
    switch request {
    case .read(let range):
      reply.reset(limit: min(Int(range.size), maximumReadSize))
      try fileSystem.read(range, of: node, for: caller, into: &reply)
      reply.finish(code: 0, identifier: header.identifier)
      return .reply
    case .readDirectory(let range, let withAttributes):
      entries.reset(limit: min(Int(range.size), maximumReadSize), countsLookups: withAttributes)
      try fileSystem.readDirectory(range, of: node, for: caller, into: &entries)
      entries.finish(identifier: header.identifier)
      return .entries
    case .forget(let forgets):
      for forget in forgets { fileSystem.forget(forget.node, lookups: forget.lookups) }
      return .noReply
    case .notificationReply:
      return .noReply
    case .destroy:
      _ = send(.done, header)
      return .end
    default:
      return send(try reply(to: request, node, caller), header)
    }
  }

  private func reply(
    to request: FuseRequest, _ node: UInt64, _ caller: FuseCaller
  ) throws(FuseError) -> FuseReply {
    switch request {
    case .lookup(let name):
      return .entry(try fileSystem.lookup(name, in: node, for: caller))
    case .attributes(let handle):
      let answer = try fileSystem.attributes(of: node, handle: handle, for: caller)
      return .attributes(answer.attributes, validity: answer.validity)
    case .setAttributes(let change):
      // A shell truncates a file before it writes to the file. The truncation is accepted but does
      // nothing. Only the write that follows has an effect.
      guard change.keepsOwnership else { throw .notPermitted }
      guard change.size ?? 0 == 0 else { throw .invalid }
      let answer = try fileSystem.attributes(of: node, handle: change.handle, for: caller)
      return .attributes(answer.attributes, validity: answer.validity)
    case .open(let flags):
      return try fileSystem.open(node, flags, for: caller).reply
    case .openDirectory:
      return try fileSystem.openDirectory(node, for: caller).reply
    case .release(let handle):
      fileSystem.release(handle, of: node)
      return .done
    case .releaseDirectory(let handle):
      fileSystem.releaseDirectory(handle, of: node)
      return .done
    case .write(let write):
      let count = try fileSystem.write(write, to: node, for: caller)
      return .written(UInt32(clamping: min(count, write.bytes.count)))
    case .poll(let poll):
      return .ready(events: try fileSystem.poll(poll, of: node, for: caller))
    case .fileSystemStatus:
      return .status(fileSystem.status())
    case .directoryChange:
      throw .notPermitted
    case .initialize:
      // The connection is already initialized.
      throw .protocolError
    default:
      // After ENOSYS, the kernel never sends this operation again and continues without an error.
      throw .notImplemented
    }
  }

  private mutating func send(_ answer: FuseReply, _ header: FuseHeader) -> Outcome {
    answer.encode(into: &reply, identifier: header.identifier)
    return .reply
  }
}
