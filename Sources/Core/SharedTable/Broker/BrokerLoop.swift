import CVitals
import Glibc
import LinuxSystem

/// What a broker's thread does.
final class BrokerLoop: @unchecked Sendable {
  /// A reader.
  private final class Reader {
    let socket: UnixSocket
    /// The groups that it asked for.
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
  // Only the thread that runs the loop touches these.
  private var readers: [UInt64: Reader] = [:]
  private var nextToken = Token.firstReader
  private var annexSerial: UInt64 = 0
  /// When to listen again, after this process had no descriptor left for a reader.
  private var listensAgain: UInt64?

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

  /// Serves readers until the signal says to end.
  func run() {
    var nextBeat = monotonicNanoseconds() &+ heartbeat
    while !signal.shallEnd {
      var tokens: [UInt64] = []
      try? poller.wait(timeoutMilliseconds: timeout(until: nextBeat)) { tokens.append($0) }
      let now = monotonicNanoseconds()
      if heartbeat > 0, now >= nextBeat {
        core.memory.mapping.storeRelaxed(now, at: Layout.Header.heartbeat)
        nextBeat = now &+ heartbeat
      }
      for token in tokens { serve(token) }
      if let time = listensAgain, now >= time {
        listensAgain = nil
        try? poller.add(listener.rawValue, token: Token.listener)
      }
      if signal.takeChange() { announce() }
    }
    for token in Array(readers.keys) { dismiss(token) }
  }

  private func timeout(until nextBeat: UInt64) -> Int {
    let next = min(heartbeat > 0 ? nextBeat : .max, listensAgain ?? .max)
    guard next < .max else { return -1 }
    let now = monotonicNanoseconds()
    return now >= next ? 0 : Int(clamping: (next - now + 999_999) / 1_000_000)
  }

  private func serve(_ token: UInt64) {
    switch token {
    case Token.listener:
      accept()
    case Token.wake:
      signal.drain()
    default:
      guard let reader = readers[token] else { return }
      answer(reader, token)
    }
  }

  /// Accepts a reader.
  ///
  /// Where there is no descriptor left the listener stays readable: it waits for a while.
  private func accept() {
    do throws(SystemError) {
      admit(try listener.accept(isBlocking: false))
    } catch {
      guard [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(error.code) else { return }
      poller.remove(listener.rawValue)
      listensAgain = monotonicNanoseconds() + 100_000_000
    }
  }

  private func admit(_ socket: consuming UnixSocket) {
    let number = socket.rawValue
    let token = nextToken
    nextToken += 1
    readers[token] = Reader(socket)
    guard (try? poller.add(number, token: token)) != nil else {
      dismiss(token)
      return
    }
    countReaders()
  }

  private func dismiss(_ token: UInt64) {
    guard let reader = readers.removeValue(forKey: token) else { return }
    poller.remove(reader.socket.rawValue)
    for id in reader.demands { core.removeDemand(id) }
    countReaders()
  }

  private func countReaders() {
    core.memory.mapping.storeRelaxed(UInt64(readers.count), at: Layout.Header.readers)
  }

  /// Does what a reader asks for; one that says what is no message is dismissed.
  private func answer(_ reader: Reader, _ token: UInt64) {
    let bytes: [UInt8]
    do {
      var message = try reader.socket.receive(limit: BrokerMessage.largestByteCount)
      // A reader has no descriptors to give.
      for number in message.descriptors { close(number) }
      message.descriptors = []
      bytes = message.bytes
    } catch {
      if error.code != EAGAIN, error.code != EINTR { dismiss(token) }
      return
    }
    guard let request = BrokerMessage(bytes), request.isWhole(bytes.count) else {
      dismiss(token)
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
          message.error = error.code
        }
      }
      message.count = UInt32(request.ids.count { reader.demands.contains($0) })
      reply(to: reader, message, withTable: false)
    case VITALS_DISABLE.rawValue:
      for id in request.ids where reader.demands.remove(id) != nil { core.removeDemand(id) }
      reply(to: reader, BrokerMessage(VITALS_DISABLE), withTable: false)
    default:
      // Of a later version: said so, and nothing lost.
      var message = BrokerMessage(VITALS_ACQUIRE)
      message.error = ENOSYS
      reply(to: reader, message, withTable: false)
    }
  }

  /// Sends the message with the table's descriptor if asked for, then the annex's if there is one.
  private func reply(to reader: Reader, _ message: BrokerMessage, withTable: Bool) {
    var message = message
    let annex = core.annexOfNow
    message.annexSerial = annex?.serial ?? 0
    var numbers = withTable ? [core.memory.readerFile.rawValue] : []
    if let annex { numbers.append(annex.descriptor.descriptor.rawValue) }
    // A reader that does not read its answers does not get them.
    _ = try? reader.socket.send(message.bytes, descriptors: numbers)
    _ = annex
  }

  /// Wakes the readers that wait for changes, with the annex where it is another one.
  private func announce() {
    let annex = core.annexOfNow
    let isAnother = annex?.serial ?? 0 != annexSerial
    annexSerial = annex?.serial ?? 0
    for reader in readers.values {
      var message = BrokerMessage(VITALS_CHANGED)
      message.annexSerial = annexSerial
      let numbers = isAnother ? annex.map { [$0.descriptor.descriptor.rawValue] } ?? [] : []
      _ = try? reader.socket.send(message.bytes, descriptors: numbers)
    }
  }
}

extension TableError {
  /// The errno value that says the most of it.
  var code: Int32 {
    switch self {
    case .system(let error): error.code
    case .full: ENOSPC
    default: EINVAL
    }
  }
}
