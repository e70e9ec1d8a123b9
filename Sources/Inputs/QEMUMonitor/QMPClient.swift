import StrictJSON

/// Implements the protocol of one exchange with a QEMU monitor, without a socket.
///
/// The input of the client is the received bytes. Its output is events and the bytes to send. After
/// the greeting, the client sends all commands together, and QEMU answers them in order. Therefore
/// an exchange takes one round trip. The client never waits.
struct QMPClient: Sendable {
  enum Event: Sendable {
    /// The monitor sent its greeting. The caller must send the commands now.
    case greeted(version: String)
    /// A command returned a result.
    case returned(QMPCommand, JSONReader)
    /// A command failed; the exchange continues.
    case failed(QMPCommand, QMPError)
  }

  private let commands: [QMPCommand]
  private var framer: QMPFramer
  /// The number of commands that returned or failed.
  private var answerCount = 0
  /// Whether the monitor has sent its greeting, which means that it serves this client.
  private(set) var hasGreeted = false
  /// The bytes to send.
  ///
  /// `takeOutput` removes them.
  private(set) var output: [UInt8] = []

  /// Creates a client that negotiates capabilities, then sends `commands`.
  init(_ commands: [QMPCommand], limit: Int = QMPFramer.maximumByteCount) {
    self.commands = [.capabilities] + commands
    framer = QMPFramer(limit: limit)
  }

  /// Whether all commands have returned or failed.
  var isFinished: Bool { answerCount == commands.count }

  /// Removes and returns the bytes to send.
  mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// Adds received bytes to the input.
  mutating func receive(_ bytes: some Collection<UInt8>) {
    framer.append(bytes)
  }

  /// Returns the next event, or nil if more bytes are needed.
  ///
  /// The client cannot be used after an error.
  mutating func next() throws(QMPError) -> Event? {
    while let reader = try framer.next() {
      let message: QMPMessage
      do throws(JSONError) {
        message = try QMPMessage(reader)
      } catch {
        throw .garbage(error.description)
      }
      switch message {
      case .event: continue
      case .greeting(let version):
        guard !hasGreeted else { throw .garbage("a second greeting") }
        hasGreeted = true
        for (id, command) in commands.enumerated() { output += command.line(id: id).utf8 }
        return .greeted(version: version)
      case .answer(let id, let payload):
        let command = try command(answeredBy: id)
        // The result of the capabilities negotiation is empty.
        if command != .capabilities { return .returned(command, payload) }
      case .error(let id, let errorClass, let text):
        let command = try command(answeredBy: id)
        return .failed(
          command, .refused(command: command.name, errorClass: errorClass, text: text))
      }
    }
    return nil
  }

  /// Returns the next command in order.
  ///
  /// Throws an error if the id of the answer is not that of the command.
  private mutating func command(answeredBy id: UInt64?) throws(QMPError) -> QMPCommand {
    guard hasGreeted, !isFinished, id == UInt64(answerCount) else {
      throw .garbage("an answer without a command")
    }
    answerCount += 1
    return commands[answerCount - 1]
  }
}
