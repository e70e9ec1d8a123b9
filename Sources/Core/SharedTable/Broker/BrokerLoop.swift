import CVitals
import Glibc
import LinuxSystem

/// Runs the event loop of a broker's thread.
final class BrokerLoop: @unchecked Sendable {
  /// A connected reader.
  private final class Reader {
    let socket: UnixSocket
    /// The ids of the groups that the reader has enabled.
    var demands: Set<UInt64> = []

    init(_ socket: consuming UnixSocket) {
      self.socket = socket
    }
  }

  private enum Token {
    static let listener: UInt64 = 0
    static let wake: UInt64 = 1
    static let firstReader: UInt64 = 2
  }

  private let core: PublisherCore
  private let listener: UnixSocket
  private let signal: BrokerSignal
  private let heartbeat: UInt64
  private let poller: Poller
  // Only the thread of the loop accesses the following properties.
  private var readers: [UInt64: Reader] = [:]
  private var nextToken = Token.firstReader
  private var announcedSerial: UInt64 = 0
  /// The time at which to poll the listener again; `nil` while the listener is polled.
  ///
  /// See `accept()`.
  private var listenerResumeTime: UInt64?

  init(
    _ core: PublisherCore, _ listener: consuming UnixSocket, _ signal: BrokerSignal,
    heartbeat: UInt64
  ) throws(SystemError) {
    self.core = core
    self.signal = signal
    self.heartbeat = heartbeat
    let poller = try Poller()
    try poller.add(listener.rawValue, token: Token.listener)
    try poller.add(signal.rawValue, token: Token.wake)
    self.poller = poller
    self.listener = listener
  }

  /// Serves readers until the signal requests a stop.
  func run() {
    var nextBeat = monotonicNanoseconds() &+ heartbeat
    while !signal.isStopping {
      var tokens: [UInt64] = []
      try? poller.wait(timeoutMilliseconds: timeout(until: nextBeat)) { tokens.append($0) }
      let now = monotonicNanoseconds()
      if heartbeat > 0, now >= nextBeat {
        core.memory.mapping.storeRelaxed(now, at: Layout.Header.heartbeat)
        nextBeat = now &+ heartbeat
      }
      for token in tokens { dispatch(token) }
      if let time = listenerResumeTime, now >= time {
        listenerResumeTime = nil
        try? poller.add(listener.rawValue, token: Token.listener)
      }
      if signal.consumeChange() { announce() }
    }
    for token in Array(readers.keys) { disconnect(token) }
  }

  private func timeout(until nextBeat: UInt64) -> Int {
    let next = min(heartbeat > 0 ? nextBeat : .max, listenerResumeTime ?? .max)
    guard next < .max else { return -1 }
    let now = monotonicNanoseconds()
    return now >= next ? 0 : Int(clamping: (next - now + 999_999) / 1_000_000)
  }

  private func dispatch(_ token: UInt64) {
    switch token {
    case Token.listener:
      accept()
    case Token.wake:
      signal.drain()
    default:
      guard let reader = readers[token] else { return }
      receiveRequest(from: reader, token)
    }
  }

  /// Accepts a reader.
  ///
  /// If accept(2) fails because descriptors or memory are exhausted, the loop does not poll the
  /// listener for 100 ms. Otherwise the loop would spin, because the listener stays readable.
  private func accept() {
    do throws(SystemError) {
      admit(try listener.accept(isBlocking: false))
    } catch {
      guard [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(error.code) else { return }
      poller.remove(listener.rawValue)
      listenerResumeTime = monotonicNanoseconds() + 100_000_000
    }
  }

  private func admit(_ socket: consuming UnixSocket) {
    let number = socket.rawValue
    let token = nextToken
    nextToken += 1
    readers[token] = Reader(socket)
    guard (try? poller.add(number, token: token)) != nil else {
      disconnect(token)
      return
    }
    countReaders()
  }

  private func disconnect(_ token: UInt64) {
    guard let reader = readers.removeValue(forKey: token) else { return }
    poller.remove(reader.socket.rawValue)
    for id in reader.demands { core.removeDemand(id) }
    countReaders()
  }

  private func countReaders() {
    core.memory.mapping.storeRelaxed(UInt64(readers.count), at: Layout.Header.readers)
  }

  /// Receives and executes a request of a reader.
  ///
  /// Disconnects the reader if its message is invalid.
  private func receiveRequest(from reader: Reader, _ token: UInt64) {
    let bytes: [UInt8]
    do {
      var message = try reader.socket.receive(limit: BrokerMessage.maximumByteCount)
      // Close all received descriptors, because a request does not need descriptors.
      for number in message.descriptors { close(number) }
      message.descriptors = []
      bytes = message.bytes
    } catch {
      if error.code != EAGAIN, error.code != EINTR { disconnect(token) }
      return
    }
    guard let request = BrokerMessage(bytes), request.isComplete(bytes.count) else {
      disconnect(token)
      return
    }
    switch request.operation {
    case VITALS_ACQUIRE.rawValue:
      reply(to: reader, BrokerMessage(VITALS_ACQUIRE), withTable: true)
    case VITALS_ENABLE.rawValue:
      var message = BrokerMessage(VITALS_ENABLE)
      for id in request.ids where !reader.demands.contains(id) {
        do throws(TableError) {
          if try core.addDemand(id) { reader.demands.insert(id) }
        } catch {
          message.error = error.errnoValue
        }
      }
      message.count = UInt32(request.ids.count { reader.demands.contains($0) })
      reply(to: reader, message, withTable: false)
    case VITALS_DISABLE.rawValue:
      for id in request.ids where reader.demands.remove(id) != nil { core.removeDemand(id) }
      reply(to: reader, BrokerMessage(VITALS_DISABLE), withTable: false)
    default:
      // The operation might be from a later version, so reply with an error and keep the connection
      // open.
      var message = BrokerMessage(VITALS_ACQUIRE)
      message.error = ENOSYS
      reply(to: reader, message, withTable: false)
    }
  }

  /// Sends a message with the requested descriptors.
  ///
  /// The first descriptor is that of the table, if `withTable` is true. If an on-demand segment
  /// exists, its descriptor is the next one.
  private func reply(to reader: Reader, _ message: BrokerMessage, withTable: Bool) {
    var message = message
    let segment = core.currentSegment
    message.annexSerial = segment?.serial ?? 0
    var numbers = withTable ? [core.memory.readerFile.rawValue] : []
    if let segment { numbers.append(segment.descriptor.descriptor.rawValue) }
    // If the buffer of the reader's socket is full, the reply is lost.
    _ = try? reader.socket.send(message.bytes, descriptors: numbers)
    _ = segment
  }

  /// Notifies all readers of a change, and sends the descriptor of a new on-demand segment.
  private func announce() {
    let segment = core.currentSegment
    let isNew = segment?.serial ?? 0 != announcedSerial
    announcedSerial = segment?.serial ?? 0
    for reader in readers.values {
      var message = BrokerMessage(VITALS_CHANGED)
      message.annexSerial = announcedSerial
      let numbers = isNew ? segment.map { [$0.descriptor.descriptor.rawValue] } ?? [] : []
      _ = try? reader.socket.send(message.bytes, descriptors: numbers)
    }
  }
}
