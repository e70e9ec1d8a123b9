import FUSE

/// Holds the names in a directory and the node of each name, as they were at one point in time.
struct DirectoryListing: Sendable {
  private enum Nodes: Sendable {
    case each([TreeNode])
    /// The ID of a group, the node of the group's directory, and the files in the directory. All
    /// groups of a family (with the same name and schema) share the list of files.
    case ofGroup(UInt64, TreeNode, [GroupFile])
  }

  private let names: NameIndex
  private let nodes: Nodes

  /// - Precondition: `nodes` has one element per name.
  init(_ names: NameIndex, _ nodes: [TreeNode]) {
    precondition(names.count == nodes.count, "\(names.count) names of \(nodes.count) nodes")
    self.names = names
    self.nodes = .each(nodes)
  }

  /// Creates the listing of a group's directory.
  init(_ files: GroupFileList, ofGroup id: UInt64, _ node: TreeNode) {
    names = files.names
    nodes = .ofGroup(id, node, files.files)
  }

  static let empty = DirectoryListing(NameIndex([]), [])

  var count: Int { names.count }

  func name(at position: Int) -> FuseName { names[position] }

  func node(at position: Int) -> TreeNode {
    switch nodes {
    case .each(let nodes): nodes[position]
    case .ofGroup(let id, let node, let files): node.with(files[position].kind(ofGroup: id))
    }
  }

  func find(_ name: FuseName) -> TreeNode? { names.position(of: name).map { node(at: $0) } }
}

/// Holds an ordered list of distinct names, and finds the position of a name in constant time.
final class NameIndex: Sendable {
  private let names: [FuseName]
  private let positions: [FuseName: Int]

  /// - Precondition: The names are distinct.
  init(_ names: [FuseName]) {
    self.names = names
    positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
  }

  var count: Int { names.count }

  subscript(position: Int) -> FuseName { names[position] }

  func position(of name: FuseName) -> Int? { positions[name] }
}

/// A file in the directory of a group.
enum GroupFile: Sendable {
  case statistic(Int)
  case values
  case schema
  case binary

  func kind(ofGroup id: UInt64) -> TreeNode.Kind {
    switch self {
    case .statistic(let index): .statistic(id, index)
    case .values: .values(id)
    case .schema: .schema(id)
    case .binary: .binary(id)
    }
  }
}

/// The files that the directory of every group of a family contains.
struct GroupFileList: Sendable {
  let names: NameIndex
  let files: [GroupFile]
}
