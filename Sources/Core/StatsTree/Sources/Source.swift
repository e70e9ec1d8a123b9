/// A thing that has statistics: a node of the tree.
///
/// Made by a `Tree`, and part of it from then on, whether it has a place there or not. It lives as
/// long as somebody holds it; its parent does. It may be used from any thread: each property is
/// read and set alone.
public final class Source: @unchecked Sendable {
  /// The last part of its path.
  public let name: String
  /// When it came, in nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  let state: TreeState

  // Guarded by the tree's lock.
  weak var parentWhileHeld: Source?
  var firstGroup: Group?
  var facts: Facts?
  let fields: KeyFields?
  /// Among its parent's children.
  var position: UInt32 = 0
  /// Whether the root is above it, so that passes know it.
  var isPresent = false

  /// What few sources have, or only those with children.
  final class Facts {
    var keys: [String: String] = [:]
    var labels: [String: String] = [:]
    var remarks: [String] = []
    var status = Status.up
    var owner: UInt32?
    var isHidden = false
    var sharedFile: (any SharedFile)?
    var children = ChildList()
    /// The aggregates that are attached here.
    var aggregates: [Group] = []
    /// The sources whose aggregates count this one, too.
    var counters: [Source] = []
    /// The sources, not below this one, that its aggregates count.
    var counted: [Source] = []
    /// The path that it had when it was removed.
    var lastPath: String?
  }

  init(name: String, created: UInt64, state: TreeState, fields: KeyFields?) {
    self.name = name
    self.created = created
    self.state = state
    self.fields = fields
  }

  /// The keys, where its name tells them.
  var keysInName: [String: String]? {
    guard let fields, let values = fields.values(in: name) else { return nil }
    return Dictionary(zip(fields.names, values)) { first, _ in first }
  }

  /// The facts, made where there are none; the caller has the lock.
  var ownFacts: Facts {
    if let facts { return facts }
    let made = Facts()
    facts = made
    return made
  }

  // MARK: - Place

  /// The path from the root, such as `kvm/web1/vcpu0`; of a removed source the one it had.
  public var path: String { state.locked { currentPath } }

  /// The path; the caller has the lock.
  var currentPath: String {
    if let last = facts?.lastPath { return last }
    guard let parent = parentWhileHeld else { return name }
    let path = parent.currentPath
    return path.isEmpty ? name : path + "/" + name
  }

  /// The source that it is a child of; nil of the root and where it has no place.
  public var parent: Source? { state.locked { parentWhileHeld } }

  /// Whether the root is above it.
  public var isInTree: Bool { state.locked { isPresent } }

  /// In the order in which they came.
  ///
  /// - Complexity: O(*n*), one allocation.
  public var children: [Source] { state.locked { facts?.children.all ?? [] } }

  /// The child with this name.
  ///
  /// - Complexity: O(1).
  public func child(_ name: String) -> Source? {
    state.locked { facts?.children.find(name) }
  }

  /// In the order in which they were attached.
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
  /// No lock is held meanwhile: `body` may change the tree, and sees of a source the children that
  /// it has when its turn comes.
  public func visit(_ body: (Source) throws -> Void) rethrows {
    try body(self)
    for child in children { try child.visit(body) }
  }
}
