/// Who knows what a person calls a domain.
///
/// It is asked while nothing is sampled, and keeps a deadline of its own.
public protocol DomainNames: AnyObject {
  /// The name that the toolstack gave a domain; nil where it has none yet, or nobody answers.
  func name(of domain: UInt32) -> String?
  /// Its UUID, where the hypervisor does not tell it.
  func uuid(of domain: UInt32) -> String?
}
