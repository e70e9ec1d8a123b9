/// A source of the names that the toolstack gives to domains.
///
/// The input queries it between passes. An implementation has its own timeout.
public protocol DomainNames: AnyObject {
  /// Updates the names.
  ///
  /// - Parameter now: The present time on CLOCK_MONOTONIC.
  /// - Returns: `true` if domains may have begun or ended since the last call.
  func refresh(now: UInt64) -> Bool

  /// Returns the name of a domain, or `nil` if it has none yet or there is no answer.
  func name(of domain: UInt32) -> String?

  /// Returns the UUID of a domain, for domains whose UUID the hypervisor does not report.
  func uuid(of domain: UInt32) -> String?

  /// The reason why there is no answer; `nil` if there is one.
  var absence: String? { get }
}

extension DomainNames {
  public func refresh(now: UInt64) -> Bool { false }
  public var absence: String? { nil }
}
