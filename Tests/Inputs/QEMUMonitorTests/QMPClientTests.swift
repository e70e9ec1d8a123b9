import Testing

@testable import QEMUMonitor

@Suite struct QMPClientTests {
  private static let commands: [QMPCommand] = [.name, .statistics(.vcpu)]

  /// Passes the parts to a client and returns its events as texts.
  private func events(
    _ parts: [[UInt8]], limit: Int = QMPFramer.maximumByteCount
  ) throws(QMPError) -> (texts: [String], client: QMPClient) {
    var client = QMPClient(Self.commands, limit: limit)
    var texts: [String] = []
    for part in parts {
      client.receive(part)
      while let event = try client.next() {
        switch event {
        case .greeted(let version): texts.append("greeted \(version)")
        case .returned(let command, _): texts.append("returned \(command.name)")
        case .failed(let command, _): texts.append("failed \(command.name)")
        }
      }
    }
    return (texts, client)
  }

  private static let input =
    [
      Transcript.greeting, Transcript.event, Transcript.answer("{}", id: 0), Transcript.event,
      Transcript.answer(#"{"name": "web\"1{"}"#, id: 1), Transcript.answer("[]", id: 2),
    ].joined(separator: "\r\n") + "\r\n"

  private static let expected = ["greeted 7.2.22", "returned query-name", "returned query-stats"]

  @Test("The events do not depend on how the bytes are split")
  func splits() throws {
    let bytes = Array(Self.input.utf8)
    for position in 0...bytes.count {
      let (texts, client) = try events([Array(bytes[..<position]), Array(bytes[position...])])
      #expect(texts == Self.expected)
      #expect(client.isFinished)
    }
    let single = try events(bytes.map { [$0] })
    #expect(single.texts == Self.expected)
  }

  @Test("A message may have several lines, as from a -qmp-pretty monitor")
  func pretty() throws {
    let text = Self.input.split(separator: ",").joined(separator: ",\r\n    ")
    #expect(try events([Array(text.utf8)]).texts == Self.expected)
  }

  @Test("All commands are sent once, together, after the greeting")
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

  @Test("The exchange continues after a command failed")
  func commandError() throws {
    let text = [
      Transcript.greeting, Transcript.answer("{}", id: 0),
      Transcript.error("CommandNotFound", "no such", id: 1), Transcript.answer("[]", id: 2),
    ].joined(separator: "\n")
    let (texts, client) = try events([Array(text.utf8)])
    #expect(texts == ["greeted 7.2.22", "failed query-name", "returned query-stats"])
    #expect(client.isFinished)
  }

  @Test(
    "Bytes that are not QMP are an error",
    arguments: [
      "HTTP/1.1 400 Bad Request\r\n", "[]", "}", "{]", #"{"QMP": 1}"#, "{}", #"{"a": 01}"#,
      Transcript.answer("{}", id: 0),
      Transcript.greeting + Transcript.greeting,
      Transcript.greeting + Transcript.answer("{}", id: 1),
      Transcript.greeting + #"{"return": {}}"#,
      Transcript.greeting + "\u{0}",
    ])
  func garbage(text: String) {
    let error = #expect(throws: QMPError.self) { try events([Array(text.utf8)]) }
    guard case .garbage = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A message that exceeds the limit is an error")
  func oversize() {
    let start = Array((Transcript.greeting + #"{"return": [""#).utf8)
    let more = Array(repeating: [UInt8](repeating: 0x61, count: 100), count: 20)
    #expect(throws: QMPError.oversize(limit: 1000)) { try events([start] + more, limit: 1000) }
    // The limit applies to each message.
    let many = Array(repeating: Array((Transcript.event + "\n").utf8), count: 100)
    #expect(throws: Never.self) { try events(many, limit: 1000) }
  }
}
