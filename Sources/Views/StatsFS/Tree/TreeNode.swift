internal import StatsTree

/// The object that a node of the filesystem represents.
struct TreeNode: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case source
    /// A group of the source, by its identifier.
    case group(UInt64)
    /// A statistic of a group, by its index in the schema.
    case statistic(UInt64, Int)
    /// The text of all values of a source or a group.
    case values(UInt64?)
    /// The description of a source or a group.
    case schema(UInt64?)
    /// A group in the format of KVM's statistics descriptors.
    case binary(UInt64)
    /// The shared table of the source, by its identifier.
    case table(UInt64)
    case labels
    case status
    /// Below the root: the tree ordered by statistic.
    case metrics(MetricPath)
  }

  let source: Source
  let kind: Kind

  static func == (lhs: TreeNode, rhs: TreeNode) -> Bool {
    lhs.source === rhs.source && lhs.kind == rhs.kind
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(kind)
  }

  var isDirectory: Bool {
    switch kind {
    case .source, .group: true
    case .metrics(let path): path.isDirectory
    default: false
    }
  }

  func with(_ kind: Kind) -> TreeNode { TreeNode(source: source, kind: kind) }
}

/// A path below `.metrics`.
enum MetricPath: Hashable, Sendable {
  case top
  case group(String)
  case metric(group: String, name: String)
  case file(group: String, name: String, MetricfsFile)

  var isDirectory: Bool { if case .file = self { false } else { true } }
}

/// The files of a metric, as in metricfs.
enum MetricfsFile: String, Hashable, Sendable, CaseIterable {
  case annotations, fields, values, version
}
