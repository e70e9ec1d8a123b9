import Statistics
import Synchronization

/// The sources of a host and their groups.
///
/// The class is thread-safe. A pass is one sampling of all groups. A pass includes all changes that
/// were made before the pass began.
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
    // Clear the log to break a reference cycle: the state owns the log, the log references sources,
    // and each of these sources references the state.
    state.locked { state.log.removeAll() }
  }

  /// A counter of the changes of the tree's sources and groups.
  ///
  /// If two readings are equal, the tree had the same sources and groups at both times.
  ///
  /// - Complexity: O(1), one atomic load.
  public var generation: UInt64 { state.generation.load(ordering: .acquiring) }

  /// Returns the changes since a generation, oldest first, or `nil` if the log no longer contains
  /// all of these changes.
  public func changes(since generation: UInt64) -> [Change]? {
    state.locked { state.log.since(generation) }
  }

  // MARK: - Sources

  /// Creates a source without a place in the tree; `add(_:below:)` gives it a place.
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
  ///   - name: The last component of the source's path.
  ///   - parent: The source above the new source; by default the root.
  ///   - role: The kind of object that the source describes.
  ///   - keys: The keys that identify the source among the sources of its kind.
  ///   - labels: Further properties, such as a UUID.
  ///   - created: The time at which the object was created, in nanoseconds of CLOCK_MONOTONIC.
  ///   - owner: The user ID of the owner; by default the owner of the source above.
  ///   - isHidden: Whether views omit the source and all sources below it.
  /// - Returns: The source.
  /// - Throws: `nameClash` if the parent has a child with this name; `badName` if the name is empty
  ///   or contains a slash.
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

  /// Creates a source whose name encodes its keys, and adds the source below `parent`.
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

  /// Creates a source whose name encodes its keys, without a place in the tree.
  ///
  /// - Throws: No error in practice, because `KeyFields` makes only valid names.
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
      // No other thread can access the source yet, so the lock is not necessary.
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
  /// - Throws: `nameClash`, `hasParent`, `cycle` or `foreign`. After an error the tree is
  ///   unchanged.
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
      // From now on, the aggregates of the sources above also include the groups that this source
      // counts elsewhere in the tree.
      if source.countsElsewhere { state.record(.rearranged, source) }
    }
  }

  /// Removes a source and all sources below it.
  ///
  /// The function does not inform the backings of the removed groups. The owner of the backings
  /// must inform them.
  ///
  /// The function has no effect on the root and on a source without a parent. A removed source can
  /// be added again. The function also undoes every call of `count(_:in:)` for the source and for
  /// the sources below it.
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

  /// Returns the source at a path; creates this source and the sources above it if they do not
  /// exist.
  ///
  /// - Parameters:
  ///   - path: The path from the root.
  ///   - role: The role that the source gets if it has no role yet.
  /// - Returns: The source.
  public func source(_ path: String, role: SourceRole = .other) -> Source {
    let source = Self.names(in: path).reduce(root) { parent, name in
      while true {
        if let child = parent.child(name) { return child }
        // It is possible that another thread adds the source between the two calls.
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

  /// Marks the source and all sources below it as part of the tree; call this with the lock held.
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

  /// Marks the source and all sources below it as removed; call this with the lock held.
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
