public import Statistics

/// A thing that has statistics: a node of the tree.
public final class Source {
  /// The last part of its path.
  public let name: String
  /// The path from the root, such as `kvm/web1/vcpu0`.
  public let path: String
  /// What it is among its equals, such as `vcpu` to `0`.
  public let keys: [String: String]
  /// Facts that are words, such as `uuid`; they may change.
  public var labels: [String: String]
  /// When it came, in nanoseconds of CLOCK_MONOTONIC.
  public let created: UInt64
  /// The user whose it is.
  public let owner: UInt32?
  /// Whether it is there, and if not, why.
  public var status: Status = .up
  /// For a person: why a way to its numbers is closed and what would open it.
  public var remarks: [String] = []
  public internal(set) weak var parent: Source?
  public private(set) var children: [Source] = []
  public internal(set) var groups: [Group] = []
  private var childrenByName: [String: Source] = [:]

  init(
    name: String, path: String, keys: [String: String], labels: [String: String], created: UInt64,
    owner: UInt32?
  ) {
    self.name = name
    self.path = path
    self.keys = keys
    self.labels = labels
    self.created = created
    self.owner = owner
  }

  /// The child with this name.
  public func child(_ name: String) -> Source? {
    childrenByName[name]
  }

  func add(_ child: Source) {
    child.parent = self
    children.append(child)
    childrenByName[child.name] = child
  }

  func remove(_ child: Source) {
    child.parent = nil
    children.removeAll { $0 === child }
    childrenByName[child.name] = nil
  }

  /// Calls `body` with this source and all below it, parents first, in order.
  public func visit(_ body: (Source) throws -> Void) rethrows {
    try body(self)
    for child in children { try child.visit(body) }
  }
}

/// Statistics of one source that are read together: a schema and a backing.
public final class Group {
  /// Never used twice in a tree.
  public let id: UInt64
  /// What it is about, such as `kvm` or `sched`.
  public let name: String
  public let schema: Schema
  public let provenance: Provenance
  /// What the backing knows the group by.
  public let token: Int
  public let backing: any Backing
  public unowned let source: Source

  init(
    id: UInt64, name: String, schema: Schema, provenance: Provenance, token: Int,
    backing: any Backing, source: Source
  ) {
    self.id = id
    self.name = name
    self.schema = schema
    self.provenance = provenance
    self.token = token
    self.backing = backing
    self.source = source
  }
}
