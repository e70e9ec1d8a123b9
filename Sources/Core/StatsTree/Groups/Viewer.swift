/// The user for whom a tree is shown; tells which sources are visible.
public enum Viewer: Hashable, Sendable {
  /// A viewer who is allowed to see all sources.
  case everybody
  /// A user ID; this user sees the sources that the user owns and the sources without an owner.
  case user(UInt32)

  /// Returns `true` if the viewer is allowed to see the sources of an owner; `nil` means no owner.
  public func sees(_ owner: UInt32?) -> Bool {
    switch self {
    case .everybody: true
    case .user(let user): owner == nil || owner == user
    }
  }
}

/// Selects the part of a tree that is sampled and shown.
public struct Selection: Sendable {
  /// Selects which groups are shown.
  public enum Parts: Hashable, Sendable {
    case all
    /// Only aggregates are shown; their members are sampled but not shown.
    case aggregates
  }

  /// The paths of the sources to include.
  public var sources = Pattern.everything
  /// The names of the statistics to include; a group that has none of them is not shown.
  public var statistics = Pattern.everything
  /// The viewer; aggregates exclude the sources that the viewer is not allowed to see.
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
