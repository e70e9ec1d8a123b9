internal import StatsTree

/// Identifies the object that a node (a file or directory) of the filesystem represents.
struct TreeNode: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case source
    /// The group with this ID.
    case group(UInt64)
    /// A statistic: the ID of the group, and the index of the statistic in the group's schema.
    case statistic(UInt64, Int)
    /// The text of all values of the group with this ID; nil stands for all groups of the source.
    case values(UInt64?)
    /// The description of the group with this ID; nil stands for the description of the source.
    case schema(UInt64?)
    /// The group with this ID, in the format of KVM's statistics descriptors.
    case binary(UInt64)
    /// The source's shared table with this ID.
    case table(UInt64)
    case labels
    case status
    /// A directory or file of `.metrics`, which shows the whole tree ordered by statistic.
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

/// The path of `.metrics`, or of a directory or file in it.
enum MetricPath: Hashable, Sendable {
  case top
  case group(String)
  case metric(group: String, name: String)
  case file(group: String, name: String, MetricfsFile)

  var isDirectory: Bool { if case .file = self { false } else { true } }
}

/// The files in the directory of a statistic in `.metrics`, as in metricfs.
enum MetricfsFile: String, Hashable, Sendable, CaseIterable {
  case annotations, fields, values, version
}
