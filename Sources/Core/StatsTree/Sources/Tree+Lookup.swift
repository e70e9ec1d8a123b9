public import Statistics

extension Tree {
  /// Returns the source at a path, or `nil` if there is none.
  ///
  /// - Complexity: O(*d*) in the depth of the path.
  public func find(_ path: String) -> Source? {
    var found = root
    for name in Self.names(in: path) {
      guard let child = found.child(name) else { return nil }
      found = child
    }
    return found === root ? nil : found
  }

  /// Splits a path by scalars, because a name can begin with a scalar that combines with the slash.
  static func names(in path: String) -> [String] {
    path.unicodeScalars.split(separator: "/").map { String($0) }
  }

  /// Returns all matching sources, a parent before its children; hidden sources only on request.
  public func sources(
    matching pattern: Pattern = .everything, visibleTo viewer: Viewer = .everybody,
    includingHidden: Bool = false
  ) -> [Source] {
    var found: [Source] = []
    root.visit { source in
      guard source !== root, pattern.matches(source.path) else { return }
      let visibility = source.visibility(for: nil)
      if viewer.sees(visibility.owner), includingHidden || !visibility.isHidden {
        found.append(source)
      }
    }
    return found
  }

  /// Returns all groups with a schema, in the order of the tree, including hidden groups.
  public func groups(with schema: Schema) -> [Group] {
    attachments().groups.map(\.group).filter { $0.schema == schema }
  }

  /// Returns the groups of a family except aggregates, in the order of the tree, with hidden
  /// groups.
  ///
  /// The groups are the rows of a table that has a column for each statistic.
  public func groups(of family: Family) -> [Group] {
    attachments().groups.map(\.group).filter { $0.family === family && $0.aggregation == nil }
  }

  /// The families of all groups except aggregates, in the order of their first groups.
  public var families: [Family] {
    var seen: Set<ObjectIdentifier> = []
    return attachments().groups.lazy.map(\.group).filter { $0.aggregation == nil }.map(\.family)
      .filter { seen.insert(ObjectIdentifier($0)).inserted }
  }
}
