/// Who knows what a person calls a domain.
///
/// It is asked while nothing is sampled, and keeps a deadline of its own.
public protocol DomainNames: AnyObject {
  /// Brings what is known up to date.
  ///
  /// - Parameter now: a time of CLOCK_MONOTONIC.
  /// - Returns: whether domains may have come or gone since the last call.
  func refresh(now: UInt64) -> Bool

  /// The name that the toolstack gave a domain; nil where it has none yet, or nobody answers.
  func name(of domain: UInt32) -> String?

  /// Its UUID, where the hypervisor does not tell it.
  func uuid(of domain: UInt32) -> String?

  /// Why nobody answers; nil where somebody does.
  var absence: String? { get }
}

extension DomainNames {
  public func refresh(now: UInt64) -> Bool { false }
  public var absence: String? { nil }
}
