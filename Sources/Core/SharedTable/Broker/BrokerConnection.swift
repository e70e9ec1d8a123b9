import CVitals
import Glibc
import LinuxSystem

/// A reader's end of a broker's socket.
///
/// As long as it is open, the publisher keeps what it was asked for.
final class BrokerConnection {
  /// An annex that the publisher handed out.
  struct AnnexOffer: ~Copyable {
    let serial: UInt64
    fileprivate let descriptor: Descriptor

    consuming func takeDescriptor() -> Descriptor { descriptor }
  }

  private let socket: UnixSocket
  private let path: String
  private let patienceMilliseconds: Int
  /// Whether the publisher is at the other end.
  private(set) var isOpen = true
  /// The last annex that came along, until it is taken.
  private var offer: AnnexOffer?

  init(to path: String, patienceMilliseconds: Int) throws(TableError) {
    self.path = path
    self.patienceMilliseconds = patienceMilliseconds
    socket = try systemCall { () throws(SystemError) in
      try UnixSocket.connect(to: path, .messages)
    }
  }

  /// The descriptor's number, readable where the publisher says something or is gone.
  var rawValue: CInt { socket.rawValue }

  /// Asks for the table; an annex that comes with it is kept for `takeOffer()`.
  func acquire() throws(TableError) -> Descriptor {
    var table: Descriptor?
    _ = try exchange(BrokerMessage(VITALS_ACQUIRE), table: &table)
    guard let table = table.take() else {
      throw .refused(socket: path, code: EBADMSG)
    }
    return table
  }

  /// Asks for groups on demand, or no longer: how many the publisher found.
  func ask(_ operation: vitals_operation, for ids: [UInt64]) throws(TableError) -> Int {
    var table: Descriptor?
    return Int(try exchange(BrokerMessage(operation, ids: ids), table: &table).count)
  }

  /// Takes what came without being asked for; never waits.
  func drain() {
    var table: Descriptor?
    while isOpen, socket.waitForInput(milliseconds: 0) { _ = receive(table: &table) }
  }

  /// Waits for the publisher to say something, or to go: false where the time is over before.
  func waitForInput(milliseconds: Int) -> Bool {
    socket.waitForInput(milliseconds: milliseconds)
  }

  /// The annex that came last, once.
  func takeOffer() -> AnnexOffer? {
    offer.take()
  }

  private func exchange(
    _ request: BrokerMessage, table: inout Descriptor?
  ) throws(TableError) -> BrokerMessage {
    // A publisher drops what the socket has no room for: the reply, too.
    drain()
    do throws(SystemError) {
      try socket.send(request.bytes)
    } catch {
      isOpen = false
      throw .system(SystemError(call: error.call, object: path, code: error.code))
    }
    let end = monotonicNanoseconds() + UInt64(patienceMilliseconds) * 1_000_000
    while isOpen {
      let now = monotonicNanoseconds()
      guard now < end, socket.waitForInput(milliseconds: Int((end - now) / 1_000_000) + 1) else {
        throw .silent(socket: path, milliseconds: patienceMilliseconds)
      }
      // What comes between was not asked for.
      guard let reply = receive(table: &table), reply.operation == request.operation else {
        continue
      }
      guard reply.error == 0 else { throw .refused(socket: path, code: reply.error) }
      return reply
    }
    throw .refused(socket: path, code: ECONNRESET)
  }

  /// Takes one message; nil where there is none that can be understood.
  private func receive(table: inout Descriptor?) -> BrokerMessage? {
    guard let message = try? socket.receive(limit: BrokerMessage.largestByteCount) else {
      if errno != EAGAIN, errno != EINTR { isOpen = false }
      return nil
    }
    if message.bytes.isEmpty { isOpen = false }
    var numbers = message.descriptors[...]
    defer { for number in numbers { close(number) } }
    guard let reply = BrokerMessage(message.bytes) else { return nil }
    if reply.operation == VITALS_ACQUIRE.rawValue, let number = numbers.popFirst() {
      table = Descriptor(owning: number)
    }
    if reply.annexSerial != 0, let number = numbers.popFirst() {
      offer = AnnexOffer(serial: reply.annexSerial, descriptor: Descriptor(owning: number))
    }
    return reply
  }
}
