extension Source {
  /// What it is among its equals, such as `vcpu` to `0`.
  public var keys: [String: String] {
    if let own = keysInName { return own }
    return state.locked { facts?.keys ?? [:] }
  }

  /// Facts that are words, such as `uuid`; they may change.
  public var labels: [String: String] {
    get { state.locked { facts?.labels ?? [:] } }
    set {
      state.locked { if facts != nil || !newValue.isEmpty { ownFacts.labels = newValue } }
    }
  }

  /// For a person: why a way to its numbers is closed and what would open it.
  public var remarks: [String] {
    get { state.locked { facts?.remarks ?? [] } }
    set {
      state.locked { if facts != nil || !newValue.isEmpty { ownFacts.remarks = newValue } }
    }
  }

  /// Whether it is there, and if not, why.
  public var status: Status {
    get { state.locked { facts?.status ?? .up } }
    set { state.locked { if facts != nil || newValue != .up { ownFacts.status = newValue } } }
  }

  /// The file in which its numbers and those of all below it lie, where there is one.
  public var sharedFile: (any SharedFile)? {
    get { state.locked { facts?.sharedFile } }
    set { state.locked { if facts != nil || newValue != nil { ownFacts.sharedFile = newValue } } }
  }

  /// The user whose it is: its own, or that of the source above it; nil where it is nobody's.
  public var owner: UInt32? { state.locked { currentOwner } }

  /// The owner; the caller has the lock.
  var currentOwner: UInt32? { facts?.owner ?? parentWhileHeld?.currentOwner }

  /// Whether views leave it out with all below it; in aggregates all of it counts.
  public var isHidden: Bool { state.locked { isHiddenNow } }

  /// Whether it or a source above it is hidden; the caller has the lock.
  var isHiddenNow: Bool { (facts?.isHidden ?? false) || (parentWhileHeld?.isHiddenNow ?? false) }
}
