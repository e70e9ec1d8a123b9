/// Who looks at a tree, and so which sources a view may have.
public enum Viewer: Hashable, Sendable {
  /// Somebody who may see all.
  case everybody
  /// A user: sees what is theirs, and what is nobody's.
  case user(UInt32)

  /// Whether the viewer may see what an owner has; nil is nobody.
  public func sees(_ owner: UInt32?) -> Bool {
    switch self {
    case .everybody: true
    case .user(let user): owner == nil || owner == user
    }
  }
}

/// What of a tree is sampled and shown.
public struct Selection: Sendable {
  /// Which groups are shown.
  public enum Parts: Hashable, Sendable {
    case all
    /// Aggregates only; their members are sampled and not shown.
    case aggregates
  }

  /// The sources.
  public var sources = Pattern.everything
  /// The statistics; a group without one of them is not shown.
  public var statistics = Pattern.everything
  /// Whose view it is: what they may not see is in no aggregate of theirs either.
  public var viewer = Viewer.everybody
  public var parts = Parts.all
  /// Whether hidden sources and groups are shown.
  public var includesHidden = false

  public init(
    sources: Pattern = .everything, statistics: Pattern = .everything,
    viewer: Viewer = .everybody, parts: Parts = .all, includesHidden: Bool = false
  ) {
    self.sources = sources
    self.statistics = statistics
    self.viewer = viewer
    self.parts = parts
    self.includesHidden = includesHidden
  }
}
