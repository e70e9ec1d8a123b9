extension Source {
  /// The keys that identify it among sources of its kind, such as `vcpu` = `0`.
  public var keys: [String: String] {
    if let own = keysInName { return own }
    return state.locked { facts?.keys ?? [:] }
  }

  /// Further properties by name, such as `uuid`; they may change.
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

  /// Whether the object is available, and if not, the reason.
  public var status: Status {
    get { state.locked { facts?.status ?? .up } }
    set { state.locked { if facts != nil || newValue != .up { ownFacts.status = newValue } } }
  }

  /// The file with the live values of the source and of all sources below it, if there is one.
  public var sharedFile: (any SharedFile)? {
    get { state.locked { facts?.sharedFile } }
    set { state.locked { if facts != nil || newValue != nil { ownFacts.sharedFile = newValue } } }
  }

  /// The user who owns it: its own owner, or else that of the source above; `nil` if there is none.
  public var owner: UInt32? { state.locked { currentOwner } }

  /// The owner; the caller holds the lock.
  var currentOwner: UInt32? { facts?.owner ?? parentWhileHeld?.currentOwner }

  /// Whether views omit it and all sources below it; aggregates count them anyway.
  public var isHidden: Bool { state.locked { isHiddenNow } }

  /// Whether it or a source above it is hidden; the caller holds the lock.
  var isHiddenNow: Bool { (facts?.isHidden ?? false) || (parentWhileHeld?.isHiddenNow ?? false) }
}
