public import StatsTree

/// A method to obtain the values of the guests that an input discovers.
///
/// An input has a list of access methods in order of preference, and passes all guests to each
/// method. A method owns its state and its descriptors. The input discovers guests and detects
/// their end. A method is not safe to use from several threads at once.
///
/// To add a method, conform a class to this protocol and insert it into the list of the input.
public protocol AccessMethod<Guest>: AnyObject {
  /// What the input discovers, such as a VM with the process that runs it.
  associatedtype Guest

  /// The method's name, provenance and requirement, for the user.
  static var summary: AccessMethodSummary { get }

  /// Attaches groups to the guests: every group that a guest lacks and that this method can
  /// provide.
  ///
  /// The input calls this function in each refresh, after the methods of higher preference. The
  /// function must return quickly if no group is missing. If the method fails for a guest, the
  /// source of the guest gets a diagnostic.
  ///
  /// - Parameter guests: All guests, so that a method can query several of them together.
  func acquire(_ guests: [Guest])

  /// Permits the next `acquire` to repeat the attempts that failed for a guest.
  func retry(_ guest: Guest)

  /// Closes all resources of a guest that has ended.
  ///
  /// No descriptor of the guest must remain open, because the kernel keeps a VM in memory while any
  /// descriptor of the VM is open.
  func release(_ guest: Guest)
}

extension AccessMethod {
  /// Does nothing.
  ///
  /// This is sufficient for a method that does not store failed attempts.
  public func retry(_ guest: Guest) {}
}

/// How an access method is presented to the user.
public struct AccessMethodSummary: Hashable, Sendable {
  /// The name that the option `--method` takes, or `nil` if the method is always used.
  public let name: String?
  /// The provenance (the origin of the values) of the groups that this method attaches.
  public let provenance: Provenance
  /// What the method needs, such as `root or CAP_SYS_PTRACE`.
  public let requirement: String

  public init(name: String?, provenance: Provenance, requirement: String) {
    self.name = name
    self.provenance = provenance
    self.requirement = requirement
  }
}
