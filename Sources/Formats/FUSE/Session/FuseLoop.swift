import Glibc
import LinuxSystem
import Synchronization

/// Reads and answers requests in the threads of a session, and holds the state that the threads
/// share.
final class FuseLoop: Sendable {
  struct State: Sendable {
    var threads: Int
    var end: FuseSessionEnd?
  }

  private let device: FuseDevice
  private let fileSystem: any FuseFileSystem
  private let agreement: FuseAgreement
  private let isStopping = Atomic(false)
  private let requests = Atomic<UInt64>(0)
  private let dropped = Atomic<UInt64>(0)
  private let malformed = Atomic<UInt64>(0)
  private let endPipe: Pipe
  let state: Monitor<State>

  init(
    _ device: FuseDevice, _ fileSystem: any FuseFileSystem, _ agreement: FuseAgreement,
    threads: Int
  ) throws(SystemError) {
    self.device = device
    self.fileSystem = fileSystem
    self.agreement = agreement
    endPipe = try Pipe()
    state = Monitor(State(threads: threads, end: nil))
  }

  /// A descriptor that becomes readable after all threads have exited.
  var endDescriptor: CInt { endPipe.reader.rawValue }

  var counts: FuseSessionCounts {
    FuseSessionCounts(
      requests: requests.load(ordering: .relaxed),
      droppedReplies: dropped.load(ordering: .relaxed),
      malformedRequests: malformed.load(ordering: .relaxed))
  }

  /// Makes every thread exit after its current request.
  func stop() {
    isStopping.store(true, ordering: .releasing)
  }

  /// Serves requests until the session ends.
  ///
  /// Each thread of the session calls this function once.
  func run() {
    let end = serve()
    let isLast = state.update { state in
      if state.end == nil { state.end = end }
      state.threads -= 1
      return state.threads == 0
    }
    if isLast { writeByte(to: endPipe.writer.rawValue) }
  }

  private func serve() -> FuseSessionEnd {
    var message = [UInt8](repeating: 0, count: FuseSession.messageSize(agreement))
    var responder = FuseResponder(fileSystem, maximumReadSize: agreement.maximumReadSize)
    while !isStopping.load(ordering: .acquiring) {
      let count = device.read(into: &message)
      guard count > 0 else {
        guard let end = Self.sessionEnd(CInt(-count)) else { continue }
        return isStopping.load(ordering: .acquiring) ? .stopped : end
      }
      requests.wrappingAdd(1, ordering: .relaxed)
      let outcome = responder.answer(message.span.extracting(0..<count))
      switch outcome {
      case .noReply: break
      case .malformed: malformed.wrappingAdd(1, ordering: .relaxed)
      case .reply: recordWrite(device.write(responder.reply.message))
      case .entries: recordWrite(device.write(responder.entries.reply.message))
      case .end:
        recordWrite(device.write(responder.reply.message))
        return .unmounted
      }
    }
    return .stopped
  }

  /// Counts a reply that the kernel rejected.
  ///
  /// The error is ENOENT if the caller was interrupted, and EINVAL if the reply is malformed.
  private func recordWrite(_ result: Int) {
    if result < 0 { dropped.wrappingAdd(1, ordering: .relaxed) }
  }

  /// Returns the reason for the end of the session, or nil if the read can be repeated.
  private static func sessionEnd(_ code: CInt) -> FuseSessionEnd? {
    switch code {
    // ENOENT: the caller was interrupted while the request was read.
    case EINTR, EAGAIN, ENOENT: nil
    // 0 means the end of a stream, which occurs if a socket replaces the device.
    case 0, ENODEV: .unmounted
    case ECONNABORTED: .aborted
    default: .failed(SystemError(call: "read", object: "/dev/fuse", code: code))
    }
  }
}
