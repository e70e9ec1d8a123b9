import CLinux
import Glibc
public import LinuxSystem

/// Serves a mounted filesystem with threads, until the filesystem is unmounted or the session is
/// stopped.
///
/// A method of the filesystem must not access the mount that it serves, because its thread would
/// wait for itself.
public final class FuseSession: Sendable {
  public let connection: FuseConnection
  private let mount: MountHolder?
  private let loop: FuseLoop
  private let threads: [SystemThread]
  private let isStopped = Monitor(false)

  /// The time within which the kernel must send FUSE_INIT.
  private static let offerTimeoutMilliseconds = 5_000

  /// Serves a mount with `threads` threads.
  ///
  /// More threads than CPUs bring no benefit.
  public convenience init(
    _ mount: consuming FuseMount, _ fileSystem: any FuseFileSystem,
    requested: FuseRequestedFeatures = FuseRequestedFeatures(), threads: Int = 1
  ) throws(FuseMountError) {
    let holder = MountHolder(mount)
    try self.init(
      holder.mount.device, holder, fileSystem, requested: requested, threads: threads)
  }

  /// Serves a connection that the caller has mounted, or a socket that replaces a connection in
  /// tests.
  public convenience init(
    _ device: FuseDevice, _ fileSystem: any FuseFileSystem,
    requested: FuseRequestedFeatures = FuseRequestedFeatures(),
    threads: Int = 1
  ) throws(FuseMountError) {
    try self.init(device, nil, fileSystem, requested: requested, threads: threads)
  }

  private init(
    _ device: FuseDevice, _ mount: MountHolder?, _ fileSystem: any FuseFileSystem,
    requested: FuseRequestedFeatures, threads count: Int
  ) throws(FuseMountError) {
    precondition(count > 0, "a session requires a thread")
    let place = mount?.mount.directory ?? "/dev/fuse"
    let agreement = try Self.negotiate(device, requested, place)
    connection = FuseConnection(device, agreement)
    fileSystem.connect(to: connection)
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

  /// A descriptor that becomes readable after all threads have exited, for use with a `Poller`.
  public var endDescriptor: CInt { loop.endDescriptor }

  public var counts: FuseSessionCounts { loop.counts }

  /// Waits until the session ends or a termination signal arrives, then unmounts.
  @discardableResult
  public func waitForEnd(or signals: borrowing TerminationSignals) throws(SystemError)
    -> FuseSessionEnd
  {
    let poller = try Poller()
    try poller.add(endDescriptor, token: 0)
    try poller.add(signals.rawValue, token: 1)
    var isOver = false
    while !isOver { try poller.wait(timeoutMilliseconds: -1) { _ in isOver = true } }
    return stop()
  }

  /// Waits until the session ends.
  ///
  /// - Returns: The reason for the end; nil if the timeout ends first.
  public func waitForEnd(milliseconds: Int) -> FuseSessionEnd? {
    let deadline = monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    loop.state.wait(until: deadline) { $0.threads == 0 }
    return loop.state.read { $0.threads == 0 ? distinguishingAbort($0.end) : nil }
  }

  /// Unmounts, joins the threads and closes the connection.
  ///
  /// Repeated calls have no effect. Do not call this from a method of the filesystem. Open files
  /// with a backing remain usable. Accesses to all other open files fail with ENOTCONN.
  @discardableResult
  public func stop() -> FuseSessionEnd {
    isStopped.update { isStopped in
      guard !isStopped else { return }
      isStopped = true
      // If the threads have exited although the mount still exists, the connection was aborted.
      // Check this before the unmount below.
      if loop.state.read({ $0.threads == 0 && distinguishingAbort($0.end) == .aborted }) {
        loop.state.update { $0.end = .aborted }
      }
      loop.stop()
      mount?.mount.unmount()
      // Repeat the wake until all threads have exited, because a wake has no effect on a thread
      // that does not block in read(2) yet.
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

  /// Returns `end`, but `aborted` instead of `unmounted` if the mount still exists.
  private func distinguishingAbort(_ end: FuseSessionEnd?) -> FuseSessionEnd {
    if end == .unmounted, mount?.mount.isMounted == true { return .aborted }
    return end ?? .stopped
  }

  /// The size of a buffer for the longest request, in bytes.
  static func messageSize(_ agreement: FuseAgreement) -> Int {
    CLINUX_FUSE_SMALLEST_BUFFER + Int(agreement.maximumWriteSize)
  }

  /// Answers FUSE_INIT, the kernel's first request.
  private static func negotiate(
    _ device: FuseDevice, _ requested: FuseRequestedFeatures, _ place: String
  ) throws(FuseMountError) -> FuseAgreement {
    var message = [UInt8](repeating: 0, count: CLINUX_FUSE_SMALLEST_BUFFER)
    var reply = FuseReplyBuffer()
    // A kernel of a later major version sends a second FUSE_INIT, for the version in the reply.
    for _ in 0..<2 {
      guard device.waitForRequest(milliseconds: offerTimeoutMilliseconds) else {
        throw .noOffer(directory: place)
      }
      let count = device.read(into: &message)
      guard count > 0, let header = try? FuseHeader(message.span.extracting(0..<count)),
        let request = try? FuseRequest(message.span.extracting(0..<count), of: header),
        case .initialize(let offer) = request
      else { throw .noOffer(directory: place) }
      if let agreement = FuseAgreement(offer, requested: requested) {
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

/// Holds a noncopyable mount, so that a session can refer to an optional mount.
private final class MountHolder: Sendable {
  let mount: FuseMount

  init(_ mount: consuming FuseMount) { self.mount = mount }
}
