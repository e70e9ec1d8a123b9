import Testing

@testable import QEMUMonitor

@Suite struct QMPClientTests {
  private static let commands: [QMPCommand] = [.name, .statistics(.vcpu)]

  /// Feeds parts, and gives the events as words.
  private func events(
    _ parts: [[UInt8]], limit: Int = QMPFramer.longest
  ) throws(QMPError) -> (words: [String], client: QMPClient) {
    var client = QMPClient(Self.commands, limit: limit)
    var words: [String] = []
    for part in parts {
      client.receive(part)
      while let event = try client.next() {
        switch event {
        case .greeted(let version): words.append("greeted \(version)")
        case .answered(let command, _): words.append("answered \(command.name)")
        case .refused(let command, _): words.append("refused \(command.name)")
        }
      }
    }
    return (words, client)
  }

  private static let conversation =
    [
      Transcript.greeting, Transcript.event, Transcript.answer("{}", id: 0), Transcript.event,
      Transcript.answer(#"{"name": "web\"1{"}"#, id: 1), Transcript.answer("[]", id: 2),
    ].joined(separator: "\r\n") + "\r\n"

  private static let whole = ["greeted 7.2.22", "answered query-name", "answered query-stats"]

  @Test("A conversation is the same wherever its bytes are cut")
  func cuts() throws {
    let bytes = Array(Self.conversation.utf8)
    for cut in 0...bytes.count {
      let (words, client) = try events([Array(bytes[..<cut]), Array(bytes[cut...])])
      #expect(words == Self.whole)
      #expect(client.isFinished)
    }
    let single = try events(bytes.map { [$0] })
    #expect(single.words == Self.whole)
  }

  @Test("A message may have many lines, as of a -qmp-pretty monitor")
  func pretty() throws {
    let text = Self.conversation.split(separator: ",").joined(separator: ",\r\n    ")
    #expect(try events([Array(text.utf8)]).words == Self.whole)
  }

  @Test("Commands are sent once, all together, when the monitor has greeted")
  func output() throws {
    var client = QMPClient(Self.commands)
    #expect(client.takeOutput().isEmpty)
    client.receive(Array(Transcript.greeting.utf8))
    _ = try client.next()
    let lines = String(decoding: client.takeOutput(), as: UTF8.self).split(separator: "\r\n")
    #expect(
      lines == [
        #"{"execute":"qmp_capabilities","id":0}"#,
        #"{"execute":"query-name","id":1}"#,
        #"{"execute":"query-stats","id":2,"arguments":"#
          + #"{"target":"vcpu","providers":[{"provider":"kvm"}]}}"#,
      ])
    #expect(client.takeOutput().isEmpty)
  }

  @Test("A refused command does not keep the others from their answers")
  func refusal() throws {
    let text = [
      Transcript.greeting, Transcript.answer("{}", id: 0),
      Transcript.refusal("CommandNotFound", "no such", id: 1), Transcript.answer("[]", id: 2),
    ].joined(separator: "\n")
    let (words, client) = try events([Array(text.utf8)])
    #expect(words == ["greeted 7.2.22", "refused query-name", "answered query-stats"])
    #expect(client.isFinished)
  }

  @Test(
    "What is not QMP ends the conversation",
    arguments: [
      "HTTP/1.1 400 Bad Request\r\n", "[]", "}", "{]", #"{"QMP": 1}"#, "{}", #"{"a": 01}"#,
      Transcript.answer("{}", id: 0),
      Transcript.greeting + Transcript.greeting,
      Transcript.greeting + Transcript.answer("{}", id: 1),
      Transcript.greeting + #"{"return": {}}"#,
      Transcript.greeting + "\u{0}",
    ])
  func garbage(text: String) {
    let failure = #expect(throws: QMPError.self) { try events([Array(text.utf8)]) }
    guard case .garbage = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test("A message without end is refused at the limit")
  func oversize() {
    let start = Array((Transcript.greeting + #"{"return": [""#).utf8)
    let more = Array(repeating: [UInt8](repeating: 0x61, count: 100), count: 20)
    #expect(throws: QMPError.oversize(limit: 1000)) { try events([start] + more, limit: 1000) }
    // The limit is of one message, not of all.
    let many = Array(repeating: Array((Transcript.event + "\n").utf8), count: 100)
    #expect(throws: Never.self) { try events(many, limit: 1000) }
  }
}
