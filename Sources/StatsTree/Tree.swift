public import Statistics

/// The sources of a host and their groups.
///
/// Not safe to use from several threads at once: one sampler owns it.
public final class Tree {
  /// A name stands twice under one parent.
  public struct NameClash: Error, Hashable, Sendable {
    public let path: String
  }

  /// The source of all sources, without a name.
  public let root: Source
  /// Grows with each change of membership; equal numbers mean equal members.
  public private(set) var generation: UInt64 = 1
  private var lastGroup: UInt64 = 0

  public init() {
    root = Source(name: "", path: "", keys: [:], labels: [:], created: 0, owner: nil)
  }

  /// Adds a source below `parent`, or below the root.
  ///
  /// - Precondition: the name is not empty and has no slash, since it is a part of a path.
  /// - Throws: `NameClash` where the parent has a child with this name.
  @discardableResult
  public func add(
    _ name: String, below parent: Source? = nil, keys: [String: String] = [:],
    labels: [String: String] = [:], created: UInt64 = 0, owner: UInt32? = nil
  ) throws(NameClash) -> Source {
    precondition(!name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")), "no name: '\(name)'")
    let parent = parent ?? root
    let path = parent.path.isEmpty ? name : "\(parent.path)/\(name)"
    guard parent.child(name) == nil else { throw NameClash(path: path) }
    let source = Source(
      name: name, path: path, keys: keys, labels: labels, created: created, owner: owner)
    parent.add(source)
    generation += 1
    return source
  }

  /// The source at a path, made with its parents where it is not there.
  public func source(_ path: String) -> Source {
    path.split(separator: "/").reduce(root) { parent, name in
      if let child = parent.child(String(name)) { return child }
      // The name is not there, so there is no clash.
      return (try? add(String(name), below: parent)) ?? parent
    }
  }

  /// Removes a source with all below it; its backings are told by their owner.
  ///
  /// A source that is not there, and the root, change nothing.
  public func remove(_ source: Source) {
    guard let parent = source.parent else { return }
    parent.remove(source)
    generation += 1
  }

  /// Gives a source a group.
  @discardableResult
  public func attach(
    _ name: String, schema: Schema, backing: any Backing, token: Int, provenance: Provenance,
    to source: Source
  ) -> Group {
    lastGroup += 1
    let group = Group(
      id: lastGroup, name: name, schema: schema, provenance: provenance, token: token,
      backing: backing, source: source)
    source.groups.append(group)
    generation += 1
    return group
  }

  /// Takes a group from its source.
  public func detach(_ group: Group) {
    guard let index = group.source.groups.firstIndex(where: { $0 === group }) else { return }
    group.source.groups.remove(at: index)
    generation += 1
  }

  /// All sources that match, parents first.
  public func sources(matching pattern: Pattern = .everything) -> [Source] {
    var found: [Source] = []
    root.visit { source in
      if source !== root, pattern.matches(source.path) { found.append(source) }
    }
    return found
  }
}
