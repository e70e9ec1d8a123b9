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
    /// What the statistics of a source's groups, or of a group, mean.
    case schema(UInt64?)
    /// A group in the format of KVM's statistics descriptors.
    case binary(UInt64)
    /// The file in which the source's numbers lie, by its identifier.
    case table(UInt64)
    case labels
    case status
    /// Below the root: the tree with its statistics first.
    case metrics(MetricPath)
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
    case .metrics(let path): path.isDirectory
    default: false
    }
  }

  func with(_ kind: Kind) -> TreeNode { TreeNode(source: source, kind: kind) }
}

/// A place in the tree that has its statistics first.
enum MetricPath: Hashable, Sendable {
  case top
  case group(String)
  case metric(group: String, name: String)
  case file(group: String, name: String, MetricFile)

  var isDirectory: Bool { if case .file = self { false } else { true } }
}

/// The files of a statistic in metricfs.
enum MetricFile: String, Hashable, Sendable, CaseIterable {
  case annotations, fields, values, version
}
