public import StatsTree

/// A method to obtain the values of the guests that an input discovers.
///
/// An input keeps its access methods in order of preference and offers all guests to each of them.
/// A method owns its state and its descriptors; discovery and the lifetime of guests stay with the
/// input. Not safe to use from several threads at once.
///
/// To add a method, conform a class to this protocol and insert it into the list of the input.
public protocol AccessMethod<Guest>: AnyObject {
  /// What the input discovers, such as a VM with the process that runs it.
  associatedtype Guest

  /// The method's name, provenance and requirement, for the user.
  static var summary: AccessMethodSummary { get }

  /// Attaches the groups that guests lack and that this method can provide.
  ///
  /// The input calls this function in each refresh, after the methods of higher preference. It must
  /// be cheap if nothing is missing. A failure becomes a diagnostic of the guest's source.
  ///
  /// - Parameter guests: All guests, so that a method can query several of them together.
  func acquire(_ guests: [Guest])

  /// Permits the next `acquire` to repeat what failed for a guest.
  func retry(_ guest: Guest)

  /// Closes all resources of a guest that has ended.
  ///
  /// The kernel keeps a VM in memory while a descriptor of the VM is open: none may remain open.
  func release(_ guest: Guest)
}

extension AccessMethod {
  /// Does nothing: failed attempts of the method are not remembered.
  public func retry(_ guest: Guest) {}
}

/// How an access method is presented to the user.
public struct AccessMethodSummary: Hashable, Sendable {
  /// The name that the option `--method` takes, or `nil` if the method is always used.
  public let name: String?
  /// What groups of this method carry as their provenance.
  public let provenance: Provenance
  /// What the method needs, such as `root or CAP_SYS_PTRACE`.
  public let requirement: String

  public init(name: String?, provenance: Provenance, requirement: String) {
    self.name = name
    self.provenance = provenance
    self.requirement = requirement
  }
}
