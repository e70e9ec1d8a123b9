import Glibc
import LinuxSystem

/// One connection to the store: a question at a time, and events in between.
///
/// After a failure other than `refused` it is of no use any more.
final class StoreConnection {
  /// The most that is received at once, and how often in a row without an end in sight.
  private static let chunk = 4096
  private static let chunksAtOnce = 16

  private let line: StoreLine
  private var framer = StoreFramer()
  private var lastRequest: UInt32 = 0
  /// Whether the last question is not answered yet; no other may follow.
  private(set) var owesAnswer = false
  /// The tokens of the watches that were asked for.
  private var tokens: Set<[UInt8]> = []
  /// Whether a watch fired since this was last set to false.
  var hasFired = false

  init(_ place: XenStorePlace) throws(SystemError) {
    line = try StoreLine(place)
  }

  var rawValue: CInt { line.rawValue }

  /// Asks for an event whenever what is at `path` changes; one comes at once.
  func watch(_ path: String, until end: UInt64) throws(XenStoreError) {
    let token = Array(path.utf8)
    // The first event may come before the answer.
    tokens.insert(token)
    do throws(XenStoreError) {
      let answer = try ask(.watch, token + [0] + token + [0], until: end)
      guard answer.texts == [[UInt8]("OK".utf8)[...]] else { throw .garbage("a watch without OK") }
    } catch {
      tokens.remove(token)
      throw error
    }
  }

  /// Asks, and waits for the answer until a time of CLOCK_MONOTONIC.
  func ask(
    _ operation: StoreMessage.Operation, _ payload: [UInt8], until end: UInt64
  ) throws(XenStoreError) -> StoreMessage {
    guard !owesAnswer else { throw .late }
    lastRequest &+= 1
    let question = StoreMessage(operation: operation, request: lastRequest, payload: payload)
    try send(question)
    owesAnswer = true
    while true {
      while let message = try framer.next() {
        if message.operation == .event {
          try take(event: message)
          continue
        }
        guard message.request == lastRequest else {
          throw .garbage("an answer to question \(message.request)")
        }
        owesAnswer = false
        if message.operation == .error { throw .refused(try Self.code(message)) }
        guard message.operation == operation else {
          throw .garbage("an answer of another kind")
        }
        return message
      }
      guard monotonicNanoseconds() < end else { throw .late }
      // One that sends a byte at a time, or events without end, is no better than a silent one.
      if try !receive() { _ = waitForInput(of: [rawValue], until: end) }
    }
  }

  /// Takes the events that have arrived, and an answer that came too late; never waits.
  func takeEvents() throws(XenStoreError) {
    for _ in 0..<Self.chunksAtOnce {
      guard try receive() else { return }
      while let message = try framer.next() {
        if message.operation == .event {
          try take(event: message)
        } else if owesAnswer, message.request == lastRequest {
          owesAnswer = false
        } else {
          throw .garbage("an answer to no question")
        }
      }
    }
  }

  private func take(event: StoreMessage) throws(XenStoreError) {
    let texts = event.texts
    guard texts.count == 2, tokens.contains(Array(texts[1])) else {
      throw .garbage("an event of a watch that was not set")
    }
    hasFired = true
  }

  private func send(_ message: StoreMessage) throws(XenStoreError) {
    let isSent: Bool
    do throws(SystemError) {
      isSent = try line.send(message.bytes)
    } catch {
      throw Self.failure(error)
    }
    // Nothing else is under way: one that has no room for a line does not read.
    guard isSent else { throw .late }
  }

  /// Takes what has arrived: whether there was anything.
  private func receive() throws(XenStoreError) -> Bool {
    do throws(SystemError) {
      let bytes = try line.receive(limit: Self.chunk)
      framer.append(bytes)
      if !bytes.isEmpty { return true }
    } catch {
      if error.code == EAGAIN || error.code == EINTR { return false }
      throw Self.failure(error)
    }
    throw .closed
  }

  private static func failure(_ error: SystemError) -> XenStoreError {
    switch error.code {
    case EPIPE, ECONNRESET: .closed
    case EAGAIN: .late
    default: .system(error)
    }
  }

  /// The name in an error, such as `ENOENT`.
  private static func code(_ message: StoreMessage) throws(XenStoreError) -> String {
    guard let text = message.texts.first, (1...32).contains(text.count),
      text.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) })
    else { throw .garbage("an error without a name") }
    return String(decoding: text, as: UTF8.self)
  }
}
