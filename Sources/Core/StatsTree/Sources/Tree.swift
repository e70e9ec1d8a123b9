import Statistics
import Synchronization

/// The sources of a host and their groups.
///
/// It may be used from any thread. A change is seen by passes that begin after it.
public final class Tree: Sendable {
  /// The source of all sources, without a name.
  public let root: Source
  let state: TreeState

  public init() {
    state = TreeState()
    root = Source(name: "", created: 0, state: state, fields: nil)
    root.isPresent = true
  }

  deinit {
    // The log's sources hold what holds the log.
    state.locked { state.log.removeAll() }
  }

  /// Grows with each change of membership; equal numbers mean equal members.
  ///
  /// - Complexity: O(1), one load.
  public var generation: UInt64 { state.generation.load(ordering: .acquiring) }

  /// What changed since the generation, in order; nil where that is too long ago to be known.
  public func changes(since generation: UInt64) -> [Change]? {
    state.locked { state.log.since(generation) }
  }

  // MARK: - Sources

  /// Makes a source that has no place yet; `add(_:below:)` gives it one.
  public func makeSource(
    _ name: String, keys: [String: String] = [:], labels: [String: String] = [:],
    created: UInt64 = 0, owner: UInt32? = nil, isHidden: Bool = false
  ) throws(TreeError) -> Source {
    try make(name, nil, keys, labels, created, owner, isHidden)
  }

  /// Makes a source and adds it below `parent`, or below the root.
  ///
  /// - Parameters:
  ///   - name: the last part of its path.
  ///   - parent: the source above it; nil is the root.
  ///   - keys: what it is among its equals.
  ///   - labels: facts that are words.
  ///   - created: when it came, in nanoseconds of CLOCK_MONOTONIC.
  ///   - owner: the user whose it is; nil takes that of the source above.
  ///   - isHidden: whether views leave it out with all below it.
  /// - Returns: the source.
  /// - Throws: `nameClash` where the parent has a child with this name, `badName`.
  @discardableResult
  public func add(
    _ name: String, below parent: Source? = nil, keys: [String: String] = [:],
    labels: [String: String] = [:], created: UInt64 = 0, owner: UInt32? = nil,
    isHidden: Bool = false
  ) throws(TreeError) -> Source {
    let source = try make(name, nil, keys, labels, created, owner, isHidden)
    try add(source, below: parent ?? root)
    return source
  }

  /// Makes a source whose keys are in its name, and adds it below `parent`.
  ///
  /// - Throws: `nameClash` where the parent has a source with these keys.
  @discardableResult
  public func add(
    _ values: [String], of fields: KeyFields, below parent: Source, created: UInt64 = 0
  ) throws(TreeError) -> Source {
    let source = try makeSource(values, of: fields, created: created)
    try add(source, below: parent)
    return source
  }

  /// Makes a source whose keys are in its name, and that has no place yet.
  ///
  /// - Throws: `badName`, which a name made by `KeyFields` never is.
  public func makeSource(
    _ values: [String], of fields: KeyFields, created: UInt64 = 0
  ) throws(TreeError) -> Source {
    try make(fields.name(values), fields, [:], [:], created, nil, false)
  }

  private func make(
    _ name: String, _ fields: KeyFields?, _ keys: [String: String], _ labels: [String: String],
    _ created: UInt64, _ owner: UInt32?, _ isHidden: Bool
  ) throws(TreeError) -> Source {
    guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else { throw .badName(name) }
    let source = Source(name: name, created: created, state: state, fields: fields)
    if !keys.isEmpty || !labels.isEmpty || owner != nil || isHidden {
      // Nobody else has it yet.
      let facts = source.ownFacts
      facts.keys = keys
      facts.labels = labels
      facts.owner = owner
      facts.isHidden = isHidden
    }
    return source
  }

  /// Gives a source a place, with all that is below it.
  ///
  /// - Throws: `nameClash`, `hasParent`, `cycle`, `foreign`; then nothing has changed.
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
      if parent.isPresent { enter(source) }
      // Those that it counts are counted by those above it from now on.
      if source.countsElsewhere { state.note(.rearranged, source) }
    }
  }

  /// Removes a source with all below it; its backings are told by their owner.
  ///
  /// A source without a parent, and the root, change nothing. It can be added again; what counted
  /// it, or was counted by it (`count(_:in:)`), does so no more, and so with all below it.
  public func remove(_ source: Source) {
    state.locked {
      guard source.state === state, let parent = source.parentWhileHeld else { return }
      if source.isPresent { leave(source, path: source.currentPath) }
      parent.facts?.children.remove(source)
      source.parentWhileHeld = nil
      let countedElsewhere = source.countsElsewhere
      source.forEachBelow { $0.endCounting() }
      if countedElsewhere { state.note(.rearranged, source) }
    }
  }

  /// The source at a path, made with its parents where it is not there.
  public func source(_ path: String) -> Source {
    Self.names(in: path).reduce(root) { parent, name in
      while true {
        if let child = parent.child(name) { return child }
        // Somebody else may add it meanwhile.
        if let made = try? add(name, below: parent) { return made }
      }
    }
  }

  // MARK: - Presence

  static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : path + "/" + name
  }

  /// The source and all below it are part of passes from now on; the caller has the lock.
  private func enter(_ source: Source) {
    source.isPresent = true
    source.facts?.lastPath = nil
    state.note(.sourceJoined, source)
    var group = source.firstGroup
    while let this = group {
      state.note(.groupJoined, source, this)
      group = this.next
    }
    source.facts?.children.forEach { enter($0) }
  }

  /// They are no more; the caller has the lock.
  private func leave(_ source: Source, path: String) {
    source.facts?.children.forEach { leave($0, path: path + "/" + $0.name) }
    var group = source.firstGroup
    while let this = group {
      state.note(.groupLeft, source, this)
      group = this.next
    }
    state.note(.sourceLeft, source)
    source.isPresent = false
    source.ownFacts.lastPath = path
  }
}
