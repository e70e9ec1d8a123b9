import FUSE
internal import Statistics
internal import StatsTree

extension TreeView {
  /// The names that the mount itself uses.
  ///
  /// If a publisher gives one of these names to a source, the source is not listed. A group with
  /// such a name gets a suffix, and a statistic with such a name has no file.
  static let reserved: Set = [
    ".", "..", ".values", ".schema", ".binary", ".table", ".labels", ".status", ".metrics",
  ]

  func makeListing(of node: TreeNode) -> DirectoryListing {
    switch node.kind {
    case .source: return listing(ofSource: node)
    case .group(let id):
      guard let entry = entries[id] else { return .empty }
      return DirectoryListing(files(of: entry), ofGroup: id, node)
    case .metrics(let path): return metrics().listing(of: path, node)
    default: return .empty
    }
  }

  // MARK: - Sources

  /// Lists the child sources, then the groups, then the mount's own files.
  private func listing(ofSource node: TreeNode) -> DirectoryListing {
    var names: [FuseName] = []
    var nodes: [TreeNode] = []
    func add(_ text: String, _ node: TreeNode) {
      guard let name = FuseName(text) else { return }
      names.append(name)
      nodes.append(node)
    }
    for source in sources(below: node.source) {
      add(source.name, TreeNode(source: source, kind: .source))
    }
    for (name, entry) in namedGroups(of: node.source) {
      add(name, node.with(.group(entry.group.id)))
    }
    for (name, kind) in ownFiles(of: node.source) { add(name, node.with(kind)) }
    return DirectoryListing(NameIndex(names), nodes)
  }

  func sources(below source: Source) -> [Source] {
    source.children.filter { sampler.showsPath(to: $0) && !Self.reserved.contains($0.name) }
  }

  /// Returns the groups and the names of their directories.
  ///
  /// The name gets a numeric suffix if a child source or an earlier group has the same name.
  func namedGroups(of source: Source) -> [(name: String, entry: Plan.Entry)] {
    var taken = Self.reserved.union(source.children.map(\.name))
    return groups(of: source).map { entry in
      var name = entry.group.name
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(entry.group.name).\(number)"
        number += 1
      }
      return (name, entry)
    }
  }

  private func ownFiles(of source: Source) -> [(String, TreeNode.Kind)] {
    var files: [(String, TreeNode.Kind)] = [(".status", .status), (".schema", .schema(nil))]
    if source === sampler.tree.root {
      if hasText { files.append((".metrics", .metrics(.top))) }
      return files
    }
    files.append((".labels", .labels))
    if hasText, !groups(of: source).isEmpty { files.append((".values", .values(nil))) }
    if let file = source.sharedFile { files.append((".table", .table(file.identifier))) }
    return files
  }

  // MARK: - Groups

  func makeFiles(of entry: Plan.Entry) -> GroupFileList {
    var taken = Self.reserved
    var names: [FuseName] = []
    var files: [GroupFile] = []
    func add(_ text: String, _ file: GroupFile) {
      guard let name = FuseName(text) else { return }
      names.append(name)
      files.append(file)
    }
    if hasText {
      for index in entry.shown {
        let name = entry.group.schema.statistics[index].name
        // If two statistics have the same name, only the first gets a file. `.values` contains
        // both.
        if taken.insert(name).inserted { add(name, .statistic(index)) }
      }
      add(".values", .values)
    }
    add(".schema", .schema)
    add(".binary", .binary)
    return GroupFileList(names: NameIndex(names), files: files)
  }
}
