/// An object that has statistics: a node of the tree.
///
/// A `Tree` creates the source. The source belongs to that tree, even while it has no place in the
/// tree. A parent keeps its children alive. The class is thread-safe, but each property is read and
/// set separately.
public final class Source: @unchecked Sendable {
  /// The last component of the source's path.
  public let name: String
  /// The time at which the object was created, in nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  let state: TreeState

  // The following properties are guarded by the tree's lock.
  weak var parentWhileHeld: Source?
  var firstGroup: Group?
  var facts: Facts?
  let fields: KeyFields?
  /// The position among the children of the source's parent.
  var position: UInt32 = 0
  var assignedRole = SourceRole.other
  /// Whether the source is at or below the root, so that it is sampled.
  var isPresent = false

  /// The properties that few sources have, or only sources with children.
  final class Facts {
    var keys: [String: String] = [:]
    var labels: [String: String] = [:]
    var diagnostics: [Diagnostic] = []
    var status = Status.up
    var owner: UInt32?
    var isHidden = false
    var sharedFile: (any SharedFile)?
    var children = ChildList()
    /// The aggregates that are attached to this source.
    var aggregates: [Group] = []
    /// The sources that are not above this source, but whose aggregates count this source.
    var counters: [Source] = []
    /// The sources that are not below this source, but that this source's aggregates count.
    var counted: [Source] = []
    /// The path that the source had before it was removed.
    var lastPath: String?
  }

  init(name: String, created: UInt64, state: TreeState, fields: KeyFields?) {
    self.name = name
    self.created = created
    self.state = state
    self.fields = fields
  }

  /// The keys, if they are encoded in the source's name.
  var keysInName: [String: String]? {
    guard let fields, let values = fields.values(in: name) else { return nil }
    return Dictionary(zip(fields.names, values)) { first, _ in first }
  }

  /// The facts, which are created on first access; call this with the lock held.
  var ownFacts: Facts {
    if let facts { return facts }
    let made = Facts()
    facts = made
    return made
  }

  // MARK: - Place

  /// The path from the root, such as `kvm/web1/vcpu0`; for a removed source the last path.
  public var path: String { state.locked { currentPath } }

  /// The path; call this with the lock held.
  var currentPath: String {
    if let last = facts?.lastPath { return last }
    guard let parent = parentWhileHeld else { return name }
    let path = parent.currentPath
    return path.isEmpty ? name : path + "/" + name
  }

  /// The source above this source; `nil` for the root and for a source without a place in the tree.
  public var parent: Source? { state.locked { parentWhileHeld } }

  /// Whether the source is at or below the root.
  public var isInTree: Bool { state.locked { isPresent } }

  /// The children in the order in which they were added.
  ///
  /// - Complexity: O(*n*), one allocation.
  public var children: [Source] { state.locked { facts?.children.all ?? [] } }

  /// Returns the child with this name, or `nil` if there is none.
  ///
  /// - Complexity: O(1).
  public func child(_ name: String) -> Source? {
    state.locked { facts?.children.find(name) }
  }

  /// The groups in the order in which they were attached.
  public var groups: [Group] {
    state.locked {
      var found: [Group] = []
      var group = firstGroup
      while let this = group {
        found.append(this)
        group = this.next
      }
      return found
    }
  }

  /// Calls `body` with this source and all sources below it; a source comes before its children.
  ///
  /// No lock is held during the calls, so `body` is allowed to change the tree. After `body`
  /// returns for a source, the function visits the children that the source then has.
  public func visit(_ body: (Source) throws -> Void) rethrows {
    try body(self)
    for child in children { try child.visit(body) }
  }
}
