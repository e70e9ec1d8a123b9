import Glibc
import LinuxSystem
import Synchronization

/// What the threads of a session share.
final class FuseLoop: Sendable {
  struct State: Sendable {
    var threads: Int
    var end: FuseSessionEnd?
  }

  private let device: FuseDevice
  private let fileSystem: any FuseFileSystem
  private let agreement: FuseAgreement
  private let stops = Atomic(false)
  private let requests = Atomic<UInt64>(0)
  private let dropped = Atomic<UInt64>(0)
  private let malformed = Atomic<UInt64>(0)
  private let ended: Pipe
  let state: Monitor<State>

  init(
    _ device: FuseDevice, _ fileSystem: any FuseFileSystem, _ agreement: FuseAgreement,
    threads: Int
  ) throws(SystemError) {
    self.device = device
    self.fileSystem = fileSystem
    self.agreement = agreement
    ended = try Pipe()
    state = Monitor(State(threads: threads, end: nil))
  }

  /// Readable once all threads have ended.
  var endNumber: CInt { ended.reader.rawValue }

  var counts: FuseSessionCounts {
    FuseSessionCounts(
      requests: requests.load(ordering: .relaxed),
      droppedReplies: dropped.load(ordering: .relaxed),
      malformedRequests: malformed.load(ordering: .relaxed))
  }

  /// Has every thread end behind the request that it answers.
  func stop() {
    stops.store(true, ordering: .releasing)
  }

  /// Serves until the end: a thread's work.
  func run() {
    let end = serve()
    let isLast = state.update { state in
      if state.end == nil { state.end = end }
      state.threads -= 1
      return state.threads == 0
    }
    if isLast { writeByte(to: ended.writer.rawValue) }
  }

  private func serve() -> FuseSessionEnd {
    var message = [UInt8](repeating: 0, count: FuseSession.messageSize(agreement))
    var responder = FuseResponder(fileSystem, largestRead: agreement.largestRead)
    while !stops.load(ordering: .acquiring) {
      let count = device.read(into: &message)
      guard count > 0 else {
        guard let end = Self.end(CInt(-count)) else { continue }
        return stops.load(ordering: .acquiring) ? .stopped : end
      }
      requests.wrappingAdd(1, ordering: .relaxed)
      let outcome = responder.answer(message.span.extracting(0..<count))
      switch outcome {
      case .nothing: break
      case .noMessage: malformed.wrappingAdd(1, ordering: .relaxed)
      case .reply: check(device.write(responder.reply.message))
      case .entries: check(device.write(responder.entries.reply.message))
      case .end:
        check(device.write(responder.reply.message))
        return .unmounted
      }
    }
    return .stopped
  }

  /// Who asked may not wait any longer (ENOENT), or the kernel does not want the answer (EINVAL).
  private func check(_ result: Int) {
    if result < 0 { dropped.wrappingAdd(1, ordering: .relaxed) }
  }

  /// Why no more is read; nil where that was only this time.
  private static func end(_ code: CInt) -> FuseSessionEnd? {
    switch code {
    // ENOENT: who asked has gone while the request was being read.
    case EINTR, EAGAIN, ENOENT: nil
    // 0 is the end of a socket in the place of the device.
    case 0, ENODEV: .unmounted
    case ECONNABORTED: .aborted
    default: .failed(SystemError(call: "read", object: "/dev/fuse", code: code))
    }
  }
}
