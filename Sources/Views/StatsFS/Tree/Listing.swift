import FUSE

/// The names in a directory and what they stand for, as they were at one time.
struct Listing: Sendable {
  private enum Nodes: Sendable {
    case each([TreeNode])
    /// Those of a group, which differ from those of its like in nothing but the group.
    case ofGroup(UInt64, TreeNode, [GroupFile])
  }

  private let names: NameList
  private let nodes: Nodes

  /// - Precondition: there is a node for each name.
  init(_ names: NameList, _ nodes: [TreeNode]) {
    precondition(names.count == nodes.count, "\(names.count) names of \(nodes.count) nodes")
    self.names = names
    self.nodes = .each(nodes)
  }

  /// The files of a group of a family.
  init(_ files: GroupFileList, ofGroup id: UInt64, _ node: TreeNode) {
    names = files.names
    nodes = .ofGroup(id, node, files.files)
  }

  static let empty = Listing(NameList([]), [])

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

/// Different names in an order, found by name.
final class NameList: Sendable {
  private let names: [FuseName]
  private let positions: [FuseName: Int]

  /// - Precondition: no name stands twice.
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

/// The files that the groups of a family have.
struct GroupFileList: Sendable {
  let names: NameList
  let files: [GroupFile]
}
