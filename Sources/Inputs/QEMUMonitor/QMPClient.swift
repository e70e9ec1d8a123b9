import StrictJSON

/// One conversation with a QEMU monitor: bytes in, events out, and bytes to send.
///
/// It never waits and knows no socket. The commands go out together once the monitor has
/// greeted: QEMU answers them in their order, so a conversation costs one round trip.
struct QMPClient: Sendable {
  /// What the monitor did.
  enum Event: Sendable {
    /// It is there, and the commands are to be sent now.
    case greeted(version: String)
    /// It answered a command.
    case answered(QMPCommand, JSONReader)
    /// It refused a command; the others go on.
    case refused(QMPCommand, QMPError)
  }

  private let commands: [QMPCommand]
  private var framer: QMPFramer
  /// The commands answered or refused.
  private var answerCount = 0
  /// Whether the monitor is there for us.
  private(set) var hasGreeted = false
  /// What is to be sent now; the caller empties it.
  private(set) var output: [UInt8] = []

  /// Asks `commands`, after the capabilities.
  init(_ commands: [QMPCommand], limit: Int = QMPFramer.longest) {
    self.commands = [.capabilities] + commands
    framer = QMPFramer(limit: limit)
  }

  /// Whether all commands are answered or refused.
  var isFinished: Bool { answerCount == commands.count }

  /// Takes what is to be sent.
  mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// Adds what the monitor sent.
  mutating func receive(_ bytes: some Collection<UInt8>) {
    framer.append(bytes)
  }

  /// The next event, or nil until more bytes are received.
  ///
  /// After a failure the conversation is over.
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
        // Capabilities return nothing that is of use.
        if command != .capabilities { return .answered(command, payload) }
      case .refusal(let id, let errorClass, let words):
        let command = try command(answeredBy: id)
        return .refused(
          command, .refused(command: command.name, errorClass: errorClass, words: words))
      }
    }
    return nil
  }

  /// The command that is next to be answered, which must be the one with this id.
  private mutating func command(answeredBy id: UInt64?) throws(QMPError) -> QMPCommand {
    guard hasGreeted, !isFinished, id == UInt64(answerCount) else {
      throw .garbage("an answer that nobody asked for")
    }
    answerCount += 1
    return commands[answerCount - 1]
  }
}
