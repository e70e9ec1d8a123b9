import FUSE

/// The names in a directory and their nodes, at one point in time.
struct DirectoryListing: Sendable {
  private enum Nodes: Sendable {
    case each([TreeNode])
    /// The files of a group; groups of one family share everything but the group's number.
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

/// An ordered list of distinct names with an index.
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

/// The files in the directories of all groups of a family.
struct GroupFileList: Sendable {
  let names: NameIndex
  let files: [GroupFile]
}
