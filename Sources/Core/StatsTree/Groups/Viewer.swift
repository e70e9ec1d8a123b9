/// The user for whom a tree is shown; determines the visible sources.
public enum Viewer: Hashable, Sendable {
  /// A viewer who may see all sources.
  case everybody
  /// A user, who sees the user's own sources and those without an owner.
  case user(UInt32)

  /// Returns `true` if the viewer may see the sources of an owner; `nil` means no owner.
  public func sees(_ owner: UInt32?) -> Bool {
    switch self {
    case .everybody: true
    case .user(let user): owner == nil || owner == user
    }
  }
}

/// The part of a tree that is sampled and shown.
public struct Selection: Sendable {
  /// The groups that are shown.
  public enum Parts: Hashable, Sendable {
    case all
    /// Aggregates only; their members are sampled but not shown.
    case aggregates
  }

  /// The sources to include.
  public var sources = Pattern.everything
  /// The statistics to include; a group without any of them is not shown.
  public var statistics = Pattern.everything
  /// The viewer; aggregates exclude sources that the viewer may not see.
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
