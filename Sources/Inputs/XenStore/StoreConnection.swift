import Glibc
import LinuxSystem

/// Connects to xenstored.
///
/// Only one request is outstanding at a time; events might precede its reply.
///
/// After an error other than `rejected`, the owner must close the connection.
final class StoreConnection {
  /// The maximum number of bytes received at once.
  private static let chunkByteCount = 4096
  /// The maximum number of chunks that one call of `drainEvents` receives.
  private static let maximumChunkCount = 16

  private let channel: StoreChannel
  private var framer = StoreFramer()
  private var lastRequest: UInt32 = 0
  /// Whether the reply to the last request is outstanding.
  ///
  /// While it is, no other request must be sent.
  private(set) var isAwaitingReply = false
  /// The tokens of the requested watches.
  private var tokens: Set<[UInt8]> = []
  /// Whether a watch (a subscription to changes) has fired since the owner last cleared this flag.
  var hasFired = false

  init(_ endpoint: XenStoreEndpoint) throws(SystemError) {
    channel = try StoreChannel(endpoint)
  }

  var rawValue: CInt { channel.rawValue }

  /// Requests an event for each change at `path`.
  ///
  /// xenstored sends the first event immediately.
  func watch(_ path: String, until deadline: UInt64) throws(XenStoreError) {
    let token = Array(path.utf8)
    // Insert the token first, because the first event might precede the reply.
    tokens.insert(token)
    do throws(XenStoreError) {
      let reply = try request(.watch, token + [0] + token + [0], until: deadline)
      guard reply.texts == [[UInt8]("OK".utf8)[...]] else {
        throw .protocolViolation("reply to a watch is not OK")
      }
    } catch {
      tokens.remove(token)
      throw error
    }
  }

  /// Sends a request and waits for its reply until a deadline on CLOCK_MONOTONIC.
  func request(
    _ operation: StoreMessage.Operation, _ payload: [UInt8], until deadline: UInt64
  ) throws(XenStoreError) -> StoreMessage {
    guard !isAwaitingReply else { throw .timeout }
    lastRequest &+= 1
    try send(StoreMessage(operation: operation, request: lastRequest, payload: payload))
    isAwaitingReply = true
    while true {
      while let message = try framer.next() {
        if message.operation == .event {
          try receive(event: message)
          continue
        }
        guard message.request == lastRequest else {
          throw .protocolViolation("reply to request \(message.request)")
        }
        isAwaitingReply = false
        if message.operation == .error { throw .rejected(try Self.errorName(message)) }
        guard message.operation == operation else {
          throw .protocolViolation("reply of another type")
        }
        return message
      }
      // The loop must also end if the peer sends single bytes or endless events.
      guard monotonicNanoseconds() < deadline else { throw .timeout }
      if try !receive() { _ = waitForInput(of: [rawValue], until: deadline) }
    }
  }

  /// Receives pending events and a late reply, without blocking.
  func drainEvents() throws(XenStoreError) {
    for _ in 0..<Self.maximumChunkCount {
      guard try receive() else { return }
      while let message = try framer.next() {
        if message.operation == .event {
          try receive(event: message)
        } else if isAwaitingReply, message.request == lastRequest {
          isAwaitingReply = false
        } else {
          throw .protocolViolation("reply without a request")
        }
      }
    }
  }

  private func receive(event: StoreMessage) throws(XenStoreError) {
    let texts = event.texts
    guard texts.count == 2, tokens.contains(Array(texts[1])) else {
      throw .protocolViolation("event of an unknown watch")
    }
    hasFired = true
  }

  private func send(_ message: StoreMessage) throws(XenStoreError) {
    let isSent: Bool
    do throws(SystemError) {
      isSent = try channel.send(message.bytes)
    } catch {
      throw Self.storeError(error)
    }
    // No other request is outstanding. A full buffer therefore means that the peer does not read.
    guard isSent else { throw .timeout }
  }

  /// Receives pending bytes.
  ///
  /// - Returns: `false` if there were no bytes.
  private func receive() throws(XenStoreError) -> Bool {
    do throws(SystemError) {
      let bytes = try channel.receive(limit: Self.chunkByteCount)
      framer.append(bytes)
      if !bytes.isEmpty { return true }
    } catch {
      if error.code == EAGAIN || error.code == EINTR { return false }
      throw Self.storeError(error)
    }
    throw .closed
  }

  private static func storeError(_ error: SystemError) -> XenStoreError {
    switch error.code {
    case EPIPE, ECONNRESET: .closed
    case EAGAIN: .timeout
    default: .system(error)
    }
  }

  /// Returns the `errno` name in an error message, such as `ENOENT`.
  private static func errorName(_ message: StoreMessage) throws(XenStoreError) -> String {
    guard let text = message.texts.first, (1...32).contains(text.count),
      text.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) })
    else { throw .protocolViolation("error without a name") }
    return String(decoding: text, as: UTF8.self)
  }
}
