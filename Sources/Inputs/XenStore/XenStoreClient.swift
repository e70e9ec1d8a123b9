public import LinuxSystem

/// Reads the names of domains from xenstored, and receives events when domains appear or disappear.
///
/// The client never writes to the store. All requests between two calls of `refresh` share one
/// deadline. Therefore a dead, stopped, slow or hostile xenstored delays the caller by at most the
/// timeout; later requests fail immediately. After a timeout, the client does not reconnect for 1
/// second, then for 2, 4 and 8 seconds. Must not be used from several threads at the same time.
public final class XenStoreClient {
  /// Cached facts of a domain.
  struct Facts {
    var name: String?
    var uuid: String?
  }

  /// The special paths whose watches fire when a domain appears or disappears.
  private static let watchedPaths = ["@introduceDomain", "@releaseDomain"]
  /// The time for which cached facts are used without an event, because renaming a domain causes no
  /// event.
  private static let factsLifetimeNanoseconds: UInt64 = 10_000_000_000

  private let endpoints: [XenStoreEndpoint]
  private let timeoutNanoseconds: UInt64
  /// The timeout between the first and the second refresh, if it differs.
  private var firstTimeoutNanoseconds: UInt64?
  private let poller: Poller
  private var connection: StoreConnection?
  private var hasWatches = false
  private var deadline: UInt64 = 0
  private var consecutiveTimeoutCount: UInt64 = 0
  private var reconnectTime: UInt64 = 0
  var facts: [UInt32: Facts] = [:]
  private var factsExpiry: UInt64 = 0
  /// The error of the last request or connection; `nil` after success.
  public private(set) var failure: XenStoreError?

  /// Creates a client, which connects at the first `refresh`.
  ///
  /// - Parameters:
  ///   - endpoints: The endpoints to try, in this order.
  ///   - timeoutMilliseconds: The time for all requests between two calls of `refresh`.
  ///   - firstTimeoutMilliseconds: The time for all requests between the first and the second call
  ///     of `refresh`; `nil` if it is the same. A source that has no name by then might be named by
  ///     its id.
  /// - Throws: `SystemError` if the process has no free descriptor.
  public init(
    _ endpoints: [XenStoreEndpoint] = XenStoreEndpoint.standard, timeoutMilliseconds: Int = 100,
    firstTimeoutMilliseconds: Int? = nil
  ) throws(SystemError) {
    self.endpoints = endpoints
    timeoutNanoseconds = UInt64(max(1, timeoutMilliseconds)) * 1_000_000
    firstTimeoutNanoseconds = firstTimeoutMilliseconds.map { UInt64(max(1, $0)) * 1_000_000 }
    poller = try Poller()
  }

  /// A descriptor that is readable while events are pending or after xenstored has closed the
  /// connection.
  ///
  /// The descriptor remains the same when the client reconnects.
  public var descriptor: CInt { poller.rawValue }

  /// Whether xenstored reports new and removed domains.
  ///
  /// If xenstored does not report them, the caller must poll.
  public var isWatching: Bool { connection != nil && hasWatches }

  /// Drains pending events, reconnects if necessary and sets the deadline of the next requests.
  ///
  /// - Parameter now: The time on CLOCK_MONOTONIC.
  /// - Returns: `true` if domains might have appeared or disappeared since the last call.
  @discardableResult
  public func refresh(now: UInt64 = monotonicNanoseconds()) -> Bool {
    deadline = now + (firstTimeoutNanoseconds ?? timeoutNanoseconds)
    firstTimeoutNanoseconds = nil
    if let connection {
      do throws(XenStoreError) {
        try connection.drainEvents()
        // The reply to an earlier request did not arrive before the previous deadline.
        if connection.isAwaitingReply { throw .timeout }
      } catch {
        disconnect(error, now)
      }
    }
    let isNew = connection == nil && now >= reconnectTime && connect(now)
    let hasFired = connection?.hasFired ?? false
    connection?.hasFired = false
    if isNew || hasFired || now >= factsExpiry {
      facts = [:]
      factsExpiry = now + Self.factsLifetimeNanoseconds
    }
    return isNew || hasFired
  }

  /// Returns the value at a path, or `nil` if the path does not exist.
  ///
  /// - Precondition: The path has no NUL and at most 3072 bytes.
  public func read(_ path: String) throws(XenStoreError) -> [UInt8]? {
    try request(.read, path)?.payload
  }

  /// Returns the names below a path, or `nil` if the path does not exist.
  ///
  /// - Precondition: The path has no NUL and at most 3072 bytes.
  /// - Throws: `rejected("E2BIG")` if the names do not fit into a message.
  public func directory(_ path: String) throws(XenStoreError) -> [String]? {
    try request(.directory, path)?.texts.map { String(decoding: $0, as: UTF8.self) }
  }

  private func request(
    _ operation: StoreMessage.Operation, _ path: String
  ) throws(XenStoreError) -> StoreMessage? {
    precondition(path.utf8.count <= 3072 && !path.utf8.contains(0), "not a path: \(path)")
    guard let connection else { throw failure ?? .closed }
    guard monotonicNanoseconds() < deadline else {
      failure = .timeout
      throw .timeout
    }
    do throws(XenStoreError) {
      let reply = try connection.request(operation, Array(path.utf8) + [0], until: deadline)
      (consecutiveTimeoutCount, failure) = (0, nil)
      return reply
    } catch .rejected("ENOENT") {
      (consecutiveTimeoutCount, failure) = (0, nil)
      return nil
    } catch .rejected(let name) {
      throw .rejected(name)
    } catch .timeout {
      // Keep the connection, because the reply might arrive before the next refresh.
      failure = .timeout
      throw .timeout
    } catch {
      disconnect(error, deadline)
      throw error
    }
  }

  // MARK: - Connection

  private func connect(_ now: UInt64) -> Bool {
    var firstError: XenStoreError?
    for endpoint in endpoints {
      do throws(SystemError) {
        let connection = try StoreConnection(endpoint)
        self.connection = connection
        failure = nil
        hasWatches = false
        if endpoint.supportsWatches { setWatches(connection, now) }
        return self.connection != nil
      } catch {
        firstError = firstError ?? .system(error)
      }
    }
    failure = firstError
    return false
  }

  /// Sets the watches (subscriptions to changes).
  ///
  /// If xenstored rejects them, the client works without events.
  private func setWatches(_ connection: StoreConnection, _ now: UInt64) {
    do throws(XenStoreError) {
      for path in Self.watchedPaths { try connection.watch(path, until: deadline) }
      // If the descriptor cannot be polled, the caller must poll.
      hasWatches = (try? poller.add(connection.rawValue, token: 0)) != nil
    } catch .rejected {
      hasWatches = false
    } catch {
      disconnect(error, now)
    }
  }

  private func disconnect(_ error: XenStoreError, _ now: UInt64) {
    if let connection { poller.remove(connection.rawValue) }
    connection = nil
    hasWatches = false
    failure = error
    guard error == .timeout else { return }
    reconnectTime = now + 1_000_000_000 << min(consecutiveTimeoutCount, 3)
    consecutiveTimeoutCount += 1
  }
}
