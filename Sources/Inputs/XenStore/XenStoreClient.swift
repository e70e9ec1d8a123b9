public import LinuxSystem

/// Asks xenstored what domains are called, and hears from it when domains come and go.
///
/// It reads only. All questions between two calls of `refresh` have one deadline together, so that a
/// store that is dead, stopped, slow or hostile costs its caller that time at most; after that all
/// fail at once. A store that was late is left alone for 1, 2, 4 and then 8 seconds. Not safe to use
/// from several threads at once.
public final class XenStoreClient {
  /// A fact of a domain, while it may be used again.
  struct Facts {
    var name: String?
    var uuid: String?
  }

  /// The pseudo paths that change when a domain comes or goes.
  private static let watched = ["@introduceDomain", "@releaseDomain"]
  /// How long facts are used again though nothing was heard: a domain may be renamed.
  private static let factsNanoseconds: UInt64 = 10_000_000_000

  private let places: [XenStorePlace]
  private let patience: UInt64
  /// That of the next refresh, where it is another one.
  private var firstPatience: UInt64?
  private let poller: Poller
  private var connection: StoreConnection?
  private var isListening = false
  private var deadline: UInt64 = 0
  private var latesInARow: UInt64 = 0
  private var restsUntil: UInt64 = 0
  var facts: [UInt32: Facts] = [:]
  private var factsEnd: UInt64 = 0
  /// Why the store could not be asked the last time; nil where it could.
  public private(set) var failure: XenStoreError?

  /// Connects with the first `refresh`.
  ///
  /// - Parameters:
  ///   - places: where the store is looked for; the first that can be opened is taken.
  ///   - patienceMilliseconds: the time for all questions between two calls of `refresh`.
  ///   - firstPatienceMilliseconds: the same behind the first call, where it is another one: what has no
  ///     name then may be without one for good.
  /// - Throws: `SystemError` where there is no room for another descriptor.
  public init(
    _ places: [XenStorePlace] = XenStorePlace.standard, patienceMilliseconds: Int = 100,
    firstPatienceMilliseconds: Int? = nil
  ) throws(SystemError) {
    self.places = places
    patience = UInt64(max(1, patienceMilliseconds)) * 1_000_000
    firstPatience = firstPatienceMilliseconds.map { UInt64(max(1, $0)) * 1_000_000 }
    poller = try Poller()
  }

  /// A descriptor that has input when domains may have come or gone, or the store has ended; the
  /// same one for life, over all connections.
  public var descriptor: CInt { poller.rawValue }

  /// Whether the store says when domains come and go; else the caller looks by itself.
  public var isWatching: Bool { connection != nil && isListening }

  /// Takes what the store said, connects again where that is needed, and gives the questions that
  /// follow their time.
  ///
  /// - Parameter now: a time of CLOCK_MONOTONIC.
  /// - Returns: whether domains may have come or gone since the last call.
  @discardableResult
  public func refresh(now: UInt64 = monotonicNanoseconds()) -> Bool {
    deadline = now + (firstPatience ?? patience)
    firstPatience = nil
    if let connection {
      do throws(XenStoreError) {
        try connection.takeEvents()
        // It had all the time since the question.
        if connection.owesAnswer { throw .late }
      } catch {
        drop(error, now)
      }
    }
    let isNew = connection == nil && now >= restsUntil && connect(now)
    let hasFired = connection?.hasFired ?? false
    connection?.hasFired = false
    if isNew || hasFired || now >= factsEnd {
      facts = [:]
      factsEnd = now + Self.factsNanoseconds
    }
    return isNew || hasFired
  }

  /// What stands at a path; nil where there is nothing.
  ///
  /// - Precondition: the path has no NUL and at most 3072 bytes.
  public func read(_ path: String) throws(XenStoreError) -> [UInt8]? {
    try ask(.read, path)?.payload
  }

  /// The names below a path; nil where there is nothing.
  ///
  /// - Precondition: the path has no NUL and at most 3072 bytes.
  /// - Throws: `refused("E2BIG")` where they are more than a message has room for.
  public func directory(_ path: String) throws(XenStoreError) -> [String]? {
    try ask(.directory, path)?.texts.map { String(decoding: $0, as: UTF8.self) }
  }

  private func ask(
    _ operation: StoreMessage.Operation, _ path: String
  ) throws(XenStoreError) -> StoreMessage? {
    precondition(path.utf8.count <= 3072 && !path.utf8.contains(0), "not a path: \(path)")
    guard let connection else { throw failure ?? .closed }
    guard monotonicNanoseconds() < deadline else {
      failure = .late
      throw .late
    }
    do throws(XenStoreError) {
      let answer = try connection.ask(operation, Array(path.utf8) + [0], until: deadline)
      (latesInARow, failure) = (0, nil)
      return answer
    } catch .refused("ENOENT") {
      (latesInARow, failure) = (0, nil)
      return nil
    } catch .refused(let code) {
      throw .refused(code)
    } catch .late {
      // The answer may come until the next refresh.
      failure = .late
      throw .late
    } catch {
      drop(error, deadline)
      throw error
    }
  }

  // MARK: - The connection

  private func connect(_ now: UInt64) -> Bool {
    var first: XenStoreError?
    for place in places {
      do throws(SystemError) {
        let made = try StoreConnection(place)
        connection = made
        failure = nil
        isListening = false
        if place.hasWatches { listen(to: made, now) }
        return connection != nil
      } catch {
        first = first ?? .system(error)
      }
    }
    failure = first
    return false
  }

  /// Sets the watches; without them the store can be asked all the same.
  private func listen(to connection: StoreConnection, _ now: UInt64) {
    do throws(XenStoreError) {
      for path in Self.watched { try connection.watch(path, until: deadline) }
      // Where it cannot be polled, the caller looks by itself.
      isListening = (try? poller.add(connection.rawValue, token: 0)) != nil
    } catch .refused {
      isListening = false
    } catch {
      drop(error, now)
    }
  }

  private func drop(_ reason: XenStoreError, _ now: UInt64) {
    if let connection { poller.remove(connection.rawValue) }
    connection = nil
    isListening = false
    failure = reason
    guard reason == .late else { return }
    restsUntil = now + 1_000_000_000 << min(latesInARow, 3)
    latesInARow += 1
  }
}
