import Statistics
import Synchronization

/// The sources of a host and their groups.
///
/// Thread-safe. A pass includes all changes that were made before it began.
public final class Tree: Sendable {
  /// The root of all sources, which has no name.
  public let root: Source
  let state: TreeState

  public init() {
    state = TreeState()
    root = Source(name: "", created: 0, state: state, fields: nil)
    root.isPresent = true
  }

  deinit {
    // The sources in the log reference the state that owns the log.
    state.locked { state.log.removeAll() }
  }

  /// A number that grows with each change of membership.
  ///
  /// Equal numbers mean equal members.
  ///
  /// - Complexity: O(1), one atomic load.
  public var generation: UInt64 { state.generation.load(ordering: .acquiring) }

  /// Returns the changes after a generation in order, or `nil` if some of them were discarded.
  public func changes(since generation: UInt64) -> [Change]? {
    state.locked { state.log.since(generation) }
  }

  // MARK: - Sources

  /// Creates a source without a place in the tree; `add(_:below:)` adds it.
  public func makeSource(
    _ name: String, role: SourceRole = .other, keys: [String: String] = [:],
    labels: [String: String] = [:], created: UInt64 = 0, owner: UInt32? = nil,
    isHidden: Bool = false
  ) throws(TreeError) -> Source {
    try make(name, nil, role, keys, labels, created, owner, isHidden)
  }

  /// Creates a source and adds it below `parent`.
  ///
  /// - Parameters:
  ///   - name: The last component of its path.
  ///   - parent: The source above it; by default the root.
  ///   - role: The kind of object that the source describes.
  ///   - keys: The keys that identify it among sources of its kind.
  ///   - labels: Further properties, such as a UUID.
  ///   - created: The time of its creation, in nanoseconds of CLOCK_MONOTONIC.
  ///   - owner: The user who owns it; by default the owner of the source above.
  ///   - isHidden: Whether views omit it and all sources below it.
  /// - Returns: The source.
  /// - Throws: `nameClash` if the parent has a child with this name; `badName`.
  @discardableResult
  public func add(
    _ name: String, below parent: Source? = nil, role: SourceRole = .other,
    keys: [String: String] = [:], labels: [String: String] = [:], created: UInt64 = 0,
    owner: UInt32? = nil, isHidden: Bool = false
  ) throws(TreeError) -> Source {
    let source = try make(name, nil, role, keys, labels, created, owner, isHidden)
    try add(source, below: parent ?? root)
    return source
  }

  /// Creates a source with its keys in its name, and adds it below `parent`.
  ///
  /// - Throws: `nameClash` if the parent has a source with these keys.
  @discardableResult
  public func add(
    _ values: [String], of fields: KeyFields, below parent: Source, role: SourceRole = .other,
    created: UInt64 = 0
  ) throws(TreeError) -> Source {
    let source = try makeSource(values, of: fields, role: role, created: created)
    try add(source, below: parent)
    return source
  }

  /// Creates a source with its keys in its name, without a place in the tree.
  ///
  /// - Throws: `badName`, but never for a name made by `KeyFields`.
  public func makeSource(
    _ values: [String], of fields: KeyFields, role: SourceRole = .other, created: UInt64 = 0
  ) throws(TreeError) -> Source {
    try make(fields.name(values), fields, role, [:], [:], created, nil, false)
  }

  private func make(
    _ name: String, _ fields: KeyFields?, _ role: SourceRole, _ keys: [String: String],
    _ labels: [String: String], _ created: UInt64, _ owner: UInt32?, _ isHidden: Bool
  ) throws(TreeError) -> Source {
    guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { throw .badName(name) }
    let source = Source(name: name, created: created, state: state, fields: fields)
    source.assignedRole = role
    if !keys.isEmpty || !labels.isEmpty || owner != nil || isHidden {
      // No other thread has the source yet.
      let facts = source.ownFacts
      facts.keys = keys
      facts.labels = labels
      facts.owner = owner
      facts.isHidden = isHidden
    }
    return source
  }

  /// Adds a source, with all sources below it, below `parent`.
  ///
  /// - Throws: `nameClash`, `hasParent`, `cycle`, `foreign`. After an error the tree is unchanged.
  public func add(_ source: Source, below parent: Source) throws(TreeError) {
    try state.locked { () throws(TreeError) in
      guard source.state === state, parent.state === state, source !== root else {
        throw .foreign(path: source.name)
      }
      guard source.parentWhileHeld == nil else { throw .hasParent(path: source.currentPath) }
      var isAboveItself = parent === source
      if source.facts != nil {
        parent.forEachAbove { if $0.top === source { isAboveItself = true } }
      }
      guard !isAboveItself else { throw .cycle(path: source.currentPath) }
      guard parent.facts?.children.find(source.name) == nil else {
        throw .nameClash(path: Self.join(parent.currentPath, source.name))
      }
      source.parentWhileHeld = parent
      parent.ownFacts.children.append(source)
      if parent.isPresent { recordArrival(of: source) }
      // From now on the sources above count what the source counts.
      if source.countsElsewhere { state.record(.rearranged, source) }
    }
  }

  /// Removes a source and all sources below it.
  ///
  /// The owner of their backings informs the backings.
  ///
  /// Has no effect on the root and on a source without a parent. A removed source can be added
  /// again. All `count(_:in:)` relations of the source and of the sources below it end.
  public func remove(_ source: Source) {
    state.locked {
      guard source.state === state, let parent = source.parentWhileHeld else { return }
      if source.isPresent { recordDeparture(of: source, path: source.currentPath) }
      parent.facts?.children.remove(source)
      source.parentWhileHeld = nil
      let countedElsewhere = source.countsElsewhere
      source.forEachBelow { $0.endCounting() }
      if countedElsewhere { state.record(.rearranged, source) }
    }
  }

  /// Returns the source at a path, and creates it and its parents if they do not exist.
  ///
  /// - Parameters:
  ///   - path: The path from the root.
  ///   - role: The role that the source gets if it has none yet.
  /// - Returns: The source.
  public func source(_ path: String, role: SourceRole = .other) -> Source {
    let source = Self.names(in: path).reduce(root) { parent, name in
      while true {
        if let child = parent.child(name) { return child }
        // Another thread may add it between the two calls.
        if let made = try? add(name, below: parent) { return made }
      }
    }
    if role != .other, source.role == .other { source.role = role }
    return source
  }

  // MARK: - Presence

  static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : path + "/" + name
  }

  /// Marks the source and all below it as part of passes; the caller holds the lock.
  private func recordArrival(of source: Source) {
    source.isPresent = true
    source.facts?.lastPath = nil
    state.record(.sourceJoined, source)
    var group = source.firstGroup
    while let this = group {
      state.record(.groupJoined, source, this)
      group = this.next
    }
    source.facts?.children.forEach { recordArrival(of: $0) }
  }

  /// Marks the source and all below it as removed; the caller holds the lock.
  private func recordDeparture(of source: Source, path: String) {
    source.facts?.children.forEach { recordDeparture(of: $0, path: path + "/" + $0.name) }
    var group = source.firstGroup
    while let this = group {
      state.record(.groupLeft, source, this)
      group = this.next
    }
    state.record(.sourceLeft, source)
    source.isPresent = false
    source.ownFacts.lastPath = path
  }
}
