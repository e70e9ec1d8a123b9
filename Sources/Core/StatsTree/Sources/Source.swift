/// An object that has statistics: a node of the tree.
///
/// A `Tree` creates it. It belongs to that tree even while it has no place in it. Its parent keeps
/// it alive. Thread-safe: each property is read and set separately.
public final class Source: @unchecked Sendable {
  /// The last component of its path.
  public let name: String
  /// The time of its creation, in nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  let state: TreeState

  // Guarded by the tree's lock.
  weak var parentWhileHeld: Source?
  var firstGroup: Group?
  var facts: Facts?
  let fields: KeyFields?
  /// The position among its parent's children.
  var position: UInt32 = 0
  var assignedRole = SourceRole.other
  /// Whether the root is above it, so that passes include it.
  var isPresent = false

  /// The properties that few sources have, or only those with children.
  final class Facts {
    var keys: [String: String] = [:]
    var labels: [String: String] = [:]
    var diagnostics: [Diagnostic] = []
    var status = Status.up
    var owner: UInt32?
    var isHidden = false
    var sharedFile: (any SharedFile)?
    var children = ChildList()
    /// The aggregates that are attached here.
    var aggregates: [Group] = []
    /// The sources that are not above this one and whose aggregates count it.
    var counters: [Source] = []
    /// The sources that are not below this one and that its aggregates count.
    var counted: [Source] = []
    /// Its path before it was removed.
    var lastPath: String?
  }

  init(name: String, created: UInt64, state: TreeState, fields: KeyFields?) {
    self.name = name
    self.created = created
    self.state = state
    self.fields = fields
  }

  /// The keys, if they are encoded in its name.
  var keysInName: [String: String]? {
    guard let fields, let values = fields.values(in: name) else { return nil }
    return Dictionary(zip(fields.names, values)) { first, _ in first }
  }

  /// The facts, created on first access; the caller holds the lock.
  var ownFacts: Facts {
    if let facts { return facts }
    let made = Facts()
    facts = made
    return made
  }

  // MARK: - Place

  /// The path from the root, such as `kvm/web1/vcpu0`; for a removed source the last one.
  public var path: String { state.locked { currentPath } }

  /// The path; the caller holds the lock.
  var currentPath: String {
    if let last = facts?.lastPath { return last }
    guard let parent = parentWhileHeld else { return name }
    let path = parent.currentPath
    return path.isEmpty ? name : path + "/" + name
  }

  /// The source above it; `nil` for the root and for a source without a place.
  public var parent: Source? { state.locked { parentWhileHeld } }

  /// Whether the root is above it.
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

  /// Calls `body` with this source and all below it, parents first, in order.
  ///
  /// No lock is held during the calls: `body` may change the tree. The children of a source are
  /// those that it has after `body` was called with it.
  public func visit(_ body: (Source) throws -> Void) rethrows {
    try body(self)
    for child in children { try child.visit(body) }
  }
}
