import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsTerminal
import StatsTree

/// Shows `Top` on a terminal until the user quits.
struct TopScreen {
  private var top: Top
  private let observer: Observer
  private var writer: ScreenWriter
  private var parser = KeyParser()
  private var cadence: Cadence
  /// The time in nanoseconds after which an ESC byte is the Escape key, if no other byte follows.
  private static let escapeDelay: UInt64 = 50_000_000

  init(_ top: Top, _ observer: Observer, _ palette: Palette, every: TimeSpan, count: Int?) {
    self.top = top
    self.observer = observer
    writer = ScreenWriter(palette)
    cadence = Cadence(every: every.nanoseconds, count: count, from: monotonicNanoseconds())
  }

  mutating func run() throws {
    let session = try TerminalSession(enter: ScreenWriter.enter, leave: ScreenWriter.leave)
    while let deadline = cadence.nextDeadline() {
      try draw(session)
      guard try wait(session, until: deadline) else { return }
      if top.isFrozen {
        cadence.skipMissed(at: monotonicNanoseconds())
      } else {
        for event in observer.refresh() {
          top.model.showNotice(event.text.printable, at: monotonicNanoseconds())
        }
        observer.sampler.pass()
        top.recordSample(at: .now)
        cadence.finish(at: monotonicNanoseconds())
      }
    }
  }

  private mutating func draw(_ session: TerminalSession) throws {
    let size = session.size
    let frame = top.frame(
      columns: size.columns, rows: size.rows, at: .now,
      clock: localTimeText(realtimeNanoseconds()))
    let bytes = writer.bytes(for: frame)
    if !bytes.isEmpty { try Console.write(bytes) }
  }

  /// Processes keys and signals until a deadline.
  ///
  /// - Returns: `false` if the user quits or a signal ends the program.
  private mutating func wait(_ session: TerminalSession, until deadline: UInt64) throws -> Bool {
    var end = deadline
    while monotonicNanoseconds() < end {
      let pause = monotonicNanoseconds() + Self.escapeDelay
      let isWaiting = parser.isWaiting
      let events = session.wait(
        until: isWaiting ? min(end, pause) : end, or: observer.descriptor)
      var keys = events.isEmpty && isWaiting ? parser.timeOut() : []
      var isChanged = false
      for event in events {
        switch event {
        case .bytes(let bytes): keys += parser.parse(bytes)
        case .ended: return false
        case .resized: isChanged = true
        case .stopped: try stop(session)
        case .resumed:
          try session.resume()
          writer.forget()
          isChanged = true
        case .other: observer.wait(until: monotonicNanoseconds() + 1_000_000)
        }
      }
      for key in keys {
        isChanged = true
        switch top.press(key, at: monotonicNanoseconds()) {
        case .quit: return false
        case .suspend: try stop(session)
        case .redraw: writer.forget()
        case .sample:
          end = monotonicNanoseconds()
          cadence.expedite(at: end)
        case .interval(let text): setInterval(text)
        case nil: break
        }
      }
      if isChanged { try draw(session) }
    }
    return true
  }

  private mutating func stop(_ session: TerminalSession) throws {
    try session.stop()
    writer.forget()
    try draw(session)
  }

  private mutating func setInterval(_ text: String) {
    guard let span = try? TimeSpan(text), span.nanoseconds >= 10_000_000 else {
      top.model.showNotice(
        "'\(text.printable)' is not an interval; expected at least 10ms, such as 500ms or 2s",
        at: monotonicNanoseconds())
      return
    }
    cadence.interval = span.nanoseconds
    top.intervalText = "\(span)"
  }
}
