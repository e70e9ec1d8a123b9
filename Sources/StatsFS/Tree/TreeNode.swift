internal import StatsTree

/// What a node of the filesystem stands for.
struct TreeNode: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case source
    /// A group of the source, by its number.
    case group(UInt64)
    /// A statistic of a group, by its position in the schema.
    case statistic(UInt64, Int)
    /// All values of a source or of a group as one text.
    case values(UInt64?)
    /// A group in the format of KVM's statistics descriptors.
    case binary(UInt64)
    case labels
    case status
  }

  let source: Source
  let kind: Kind

  static func == (one: TreeNode, other: TreeNode) -> Bool {
    one.source === other.source && one.kind == other.kind
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(kind)
  }

  var isDirectory: Bool {
    switch kind {
    case .source, .group: true
    default: false
    }
  }

  func with(_ kind: Kind) -> TreeNode { TreeNode(source: source, kind: kind) }
}
