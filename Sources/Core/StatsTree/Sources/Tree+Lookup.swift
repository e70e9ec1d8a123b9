public import Statistics

extension Tree {
  /// The source at a path, or nil where there is none.
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

  /// The names in a path: a name may begin with a scalar that makes one character with the slash.
  static func names(in path: String) -> [String] {
    path.unicodeScalars.split(separator: "/").map { String($0) }
  }

  /// All sources that match, parents first; hidden ones only where asked for.
  public func sources(
    matching pattern: Pattern = .everything, visibleTo viewer: Viewer = .everybody,
    includingHidden: Bool = false
  ) -> [Source] {
    var found: [Source] = []
    root.visit { source in
      guard source !== root, pattern.matches(source.path) else { return }
      let standing = source.standing(for: nil)
      if viewer.sees(standing.owner), includingHidden || !standing.isHidden { found.append(source) }
    }
    return found
  }

  /// The groups of all sources that carry a schema, parents first, hidden ones among them.
  public func groups(with schema: Schema) -> [Group] {
    everything().groups.map(\.group).filter { $0.schema == schema }
  }

  /// The groups of a family but aggregates, parents first, hidden ones among them: the rows of the
  /// table that has a column for each statistic.
  public func groups(of family: Family) -> [Group] {
    everything().groups.map(\.group).filter { $0.family === family && $0.aggregation == nil }
  }

  /// The families that have groups, aggregates left out, in the order of their first groups.
  public var families: [Family] {
    var seen: Set<ObjectIdentifier> = []
    return everything().groups.lazy.map(\.group).filter { $0.aggregation == nil }.map(\.family)
      .filter { seen.insert(ObjectIdentifier($0)).inserted }
  }
}
