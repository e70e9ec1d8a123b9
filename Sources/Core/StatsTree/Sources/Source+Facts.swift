extension Source {
  /// The keys that identify the source among the sources of its kind, such as `vcpu` = `0`.
  public var keys: [String: String] {
    if let own = keysInName { return own }
    return state.locked { facts?.keys ?? [:] }
  }

  /// Further properties by name, such as `uuid`; they can change.
  public var labels: [String: String] {
    get { state.locked { facts?.labels ?? [:] } }
    set {
      state.locked { if facts != nil || !newValue.isEmpty { ownFacts.labels = newValue } }
    }
  }

  /// The kind of object that the source describes.
  public var role: SourceRole {
    get { state.locked { assignedRole } }
    set { state.locked { assignedRole = newValue } }
  }

  /// Whether the object that the source describes is available, and if not, why.
  public var status: Status {
    get { state.locked { facts?.status ?? .up } }
    set { state.locked { if facts != nil || newValue != .up { ownFacts.status = newValue } } }
  }

  /// The file that contains the live values of the source and of all sources below it, if there is
  /// one.
  public var sharedFile: (any SharedFile)? {
    get { state.locked { facts?.sharedFile } }
    set { state.locked { if facts != nil || newValue != nil { ownFacts.sharedFile = newValue } } }
  }

  /// The user ID of the owner, by default that of the source above; `nil` if there is no owner.
  public var owner: UInt32? { state.locked { currentOwner } }

  /// The user ID of the owner; call this with the lock held.
  var currentOwner: UInt32? { facts?.owner ?? parentWhileHeld?.currentOwner }

  /// Whether views omit the source and all sources below it; aggregates nevertheless count these
  /// sources.
  public var isHidden: Bool { state.locked { isHiddenNow } }

  /// Whether the source, or a source above it, is hidden; call this with the lock held.
  var isHiddenNow: Bool { (facts?.isHidden ?? false) || (parentWhileHeld?.isHiddenNow ?? false) }
}
