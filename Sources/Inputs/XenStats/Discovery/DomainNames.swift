/// Provides the names that the toolstack gives to domains.
///
/// The input calls these functions between passes (samplings of all groups). Each implementation
/// must limit its time by a timeout of its own.
public protocol DomainNames: AnyObject {
  /// Updates the names.
  ///
  /// - Parameter now: The present time on CLOCK_MONOTONIC.
  /// - Returns: `true` if domains might have begun or ended since the last call.
  func refresh(now: UInt64) -> Bool

  /// Returns the name of a domain, or `nil` if the domain has no name yet or the name is not
  /// available.
  func name(of domain: UInt32) -> String?

  /// Returns the UUID of a domain. This is used if the hypervisor does not report the UUID.
  func uuid(of domain: UInt32) -> String?

  /// The reason why names are not available; `nil` if they are available.
  var absence: String? { get }
}

extension DomainNames {
  public func refresh(now: UInt64) -> Bool { false }
  public var absence: String? { nil }
}
