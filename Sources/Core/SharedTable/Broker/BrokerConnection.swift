import CVitals
import Glibc
import LinuxSystem

/// Connects a reader to the broker of a publisher.
///
/// While the connection is open, the publisher updates the on-demand groups that the reader has
/// enabled.
final class BrokerConnection {
  /// An on-demand segment that the publisher sent.
  struct SegmentOffer: ~Copyable {
    let serial: UInt64
    fileprivate let descriptor: Descriptor

    consuming func takeDescriptor() -> Descriptor { descriptor }
  }

  private let socket: UnixSocket
  private let path: String
  private let timeoutMilliseconds: Int
  /// Whether the connection is open.
  private(set) var isOpen = true
  /// The on-demand segment that arrived last; `nil` after `takeOffer()`.
  private var offer: SegmentOffer?

  init(to path: String, timeoutMilliseconds: Int) throws(TableError) {
    self.path = path
    self.timeoutMilliseconds = timeoutMilliseconds
    socket = try systemCall { () throws(SystemError) in
      try UnixSocket.connect(to: path, .messages)
    }
  }

  /// The number of the socket's descriptor.
  ///
  /// poll(2) reports the descriptor as readable if a message has arrived or the publisher has
  /// closed the connection.
  var rawValue: CInt { socket.rawValue }

  /// Requests the table and returns its descriptor.
  ///
  /// If an on-demand segment arrives with the table, `takeOffer()` returns the segment.
  func acquire() throws(TableError) -> Descriptor {
    var table: Descriptor?
    _ = try exchange(BrokerMessage(VITALS_ACQUIRE), table: &table)
    guard let table = table.take() else {
      throw .refused(socket: path, code: EBADMSG)
    }
    return table
  }

  /// Enables or disables on-demand groups.
  ///
  /// - Returns: The number of groups that the publisher found.
  func request(_ operation: vitals_operation, for ids: [UInt64]) throws(TableError) -> Int {
    var table: Descriptor?
    return Int(try exchange(BrokerMessage(operation, ids: ids), table: &table).count)
  }

  /// Receives pending messages without waiting.
  ///
  /// - Throws: The error that closed the connection.
  func drain() throws(TableError) {
    var table: Descriptor?
    while isOpen, socket.waitForInput(milliseconds: 0) { _ = try receive(table: &table) }
  }

  /// Waits until a message arrives or the publisher closes the connection.
  ///
  /// - Returns: `false` after the timeout.
  func waitForInput(milliseconds: Int) -> Bool {
    socket.waitForInput(milliseconds: milliseconds)
  }

  /// Returns the on-demand segment that arrived last, or `nil` if an earlier call returned this
  /// segment.
  func takeOffer() -> SegmentOffer? {
    offer.take()
  }

  private func exchange(
    _ request: BrokerMessage, table: inout Descriptor?
  ) throws(TableError) -> BrokerMessage {
    // Empty the socket first, because the publisher drops even replies while the socket's buffer is
    // full.
    try drain()
    do throws(SystemError) {
      try socket.send(request.bytes)
    } catch {
      throw close(after: error)
    }
    let end = monotonicNanoseconds() + UInt64(timeoutMilliseconds) * 1_000_000
    while isOpen {
      let now = monotonicNanoseconds()
      guard now < end, socket.waitForInput(milliseconds: Int((end - now) / 1_000_000) + 1) else {
        throw .timedOut(socket: path, milliseconds: timeoutMilliseconds)
      }
      // Skip messages that are not replies.
      guard let reply = try receive(table: &table), reply.operation == request.operation else {
        continue
      }
      guard reply.error == 0 else { throw .refused(socket: path, code: reply.error) }
      return reply
    }
    throw .refused(socket: path, code: ECONNRESET)
  }

  /// Receives one message.
  ///
  /// - Returns: The message, or `nil` if no valid message is available.
  /// - Throws: The error that closed the connection.
  private func receive(table: inout Descriptor?) throws(TableError) -> BrokerMessage? {
    let message: UnixSocket.Message
    do throws(SystemError) {
      message = try socket.receive(limit: BrokerMessage.maximumByteCount)
    } catch {
      if error.code == EAGAIN || error.code == EINTR { return nil }
      throw close(after: error)
    }
    if message.bytes.isEmpty { isOpen = false }
    var numbers = message.descriptors[...]
    defer { for number in numbers { Glibc.close(number) } }
    guard let reply = BrokerMessage(message.bytes) else { return nil }
    if reply.operation == VITALS_ACQUIRE.rawValue, let number = numbers.popFirst() {
      table = Descriptor(owning: number)
    }
    if reply.annexSerial != 0, let number = numbers.popFirst() {
      offer = SegmentOffer(serial: reply.annexSerial, descriptor: Descriptor(owning: number))
    }
    return reply
  }

  /// Marks the connection as closed and returns the error with the socket's path.
  private func close(after error: SystemError) -> TableError {
    isOpen = false
    return .system(SystemError(call: error.call, object: path, code: error.code))
  }
}
