import CLinux
import Glibc
public import LinuxSystem

/// A mounted filesystem and the threads that serve it, until it is unmounted or stopped.
///
/// A filesystem's method must not look at its own mount: its thread would wait for itself.
public final class FuseSession: Sendable {
  public let connection: FuseConnection
  private let mount: MountHolder?
  private let loop: FuseLoop
  private let threads: [SystemThread]
  private let isStopped = Monitor(false)

  /// The most time that the kernel has to begin, in milliseconds.
  private static let patience = 5_000

  /// Serves a mount with so many threads; more than there are CPUs are of no use.
  public convenience init(
    _ mount: consuming FuseMount, _ fileSystem: any FuseFileSystem,
    wishes: FuseRequestedFeatures = FuseRequestedFeatures(), threads: Int = 1
  ) throws(FuseMountError) {
    let holder = MountHolder(mount)
    try self.init(
      holder.mount.device, holder, fileSystem, wishes: wishes, threads: threads)
  }

  /// Serves a connection that somebody else has mounted, or a socket in its place.
  public convenience init(
    _ device: FuseDevice, _ fileSystem: any FuseFileSystem,
    wishes: FuseRequestedFeatures = FuseRequestedFeatures(),
    threads: Int = 1
  ) throws(FuseMountError) {
    try self.init(device, nil, fileSystem, wishes: wishes, threads: threads)
  }

  private init(
    _ device: FuseDevice, _ mount: MountHolder?, _ fileSystem: any FuseFileSystem,
    wishes: FuseRequestedFeatures, threads count: Int
  ) throws(FuseMountError) {
    precondition(count > 0, "a session needs a thread")
    let place = mount?.mount.directory ?? "the connection"
    let agreement = try Self.agree(device, wishes, place)
    connection = FuseConnection(device, agreement)
    fileSystem.begin(connection)
    self.mount = mount
    do throws(SystemError) {
      let loop = try FuseLoop(device, fileSystem, agreement, threads: count)
      self.loop = loop
      var started: [SystemThread] = []
      for _ in 0..<count { started.append(try SystemThread(name: "fuse") { loop.run() }) }
      threads = started
    } catch {
      throw .system(error)
    }
  }

  deinit { stop() }

  /// Readable, for a `Poller`, once all threads have ended.
  public var endNumber: CInt { loop.endNumber }

  public var counts: FuseSessionCounts { loop.counts }

  /// Waits until the session has ended by itself, or a signal says that it should: unmounts.
  @discardableResult
  public func waitForEnd(or signals: borrowing TerminationSignals) throws(SystemError)
    -> FuseSessionEnd
  {
    let poller = try Poller()
    try poller.add(endNumber, token: 0)
    try poller.add(signals.rawValue, token: 1)
    var isOver = false
    while !isOver { try poller.wait(timeoutMilliseconds: -1) { _ in isOver = true } }
    return stop()
  }

  /// Waits so long for the session's end; nil where it goes on.
  public func waitForEnd(milliseconds: Int) -> FuseSessionEnd? {
    let deadline = monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    loop.state.wait(until: deadline) { $0.threads == 0 }
    return loop.state.read { $0.threads == 0 ? end($0.end) : nil }
  }

  /// Unmounts, has the threads end and closes the connection; may be called again, but not by a
  /// filesystem's method.
  ///
  /// Files that have a backing go on; whoever has others open gets ENOTCONN.
  @discardableResult
  public func stop() -> FuseSessionEnd {
    isStopped.update { isStopped in
      guard !isStopped else { return }
      isStopped = true
      // While the mount is there: then an end before this was not that of the mount.
      if loop.state.read({ $0.threads == 0 && end($0.end) == .aborted }) {
        loop.state.update { $0.end = .aborted }
      }
      loop.stop()
      mount?.mount.unmount()
      // A thread may be about to read, and would not notice: wake it until it has ended.
      while !loop.state.wait(
        until: monotonicNanoseconds() + 1_000_000, for: { $0.threads == 0 })
      {
        for thread in threads { thread.wake() }
      }
      for thread in threads { thread.join() }
      connection.device.disconnect()
    }
    return loop.state.read { $0.end ?? .stopped }
  }

  /// A connection that ended while its mount is there was aborted.
  private func end(_ end: FuseSessionEnd?) -> FuseSessionEnd {
    if end == .unmounted, mount?.mount.isMounted == true { return .aborted }
    return end ?? .stopped
  }

  /// The room that the longest request takes.
  static func messageSize(_ agreement: FuseAgreement) -> Int {
    CLINUX_FUSE_SMALLEST_BUFFER + Int(agreement.largestWrite)
  }

  /// Answers the kernel's first request.
  private static func agree(
    _ device: FuseDevice, _ wishes: FuseRequestedFeatures, _ place: String
  ) throws(FuseMountError) -> FuseAgreement {
    var message = [UInt8](repeating: 0, count: CLINUX_FUSE_SMALLEST_BUFFER)
    var reply = FuseReplyBuffer()
    // A kernel of a later major version asks again, for the one that it is told.
    for _ in 0..<2 {
      guard device.waitForRequest(milliseconds: patience) else { throw .noOffer(directory: place) }
      let count = device.read(into: &message)
      guard count > 0, let header = try? FuseHeader(message.span.extracting(0..<count)),
        let request = try? FuseRequest(message.span.extracting(0..<count), of: header),
        case .initialize(let offer) = request
      else { throw .noOffer(directory: place) }
      if let agreement = FuseAgreement(offer, wishes: wishes) {
        FuseReply.agreement(agreement).encode(into: &reply, identifier: header.identifier)
        device.write(reply.message)
        return agreement
      }
      guard offer.major > CLINUX_FUSE_MAJOR else {
        FuseReply.failure(.protocolError).encode(into: &reply, identifier: header.identifier)
        device.write(reply.message)
        throw .version(directory: place, major: offer.major, minor: offer.minor)
      }
      FuseReply.version.encode(into: &reply, identifier: header.identifier)
      device.write(reply.message)
    }
    throw .noOffer(directory: place)
  }
}

/// A mount, as an object that may be there or not.
private final class MountHolder: Sendable {
  let mount: FuseMount

  init(_ mount: consuming FuseMount) { self.mount = mount }
}
