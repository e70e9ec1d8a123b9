internal import LinuxSystem
internal import Statistics
internal import StatsTree

/// What the filesystem shows of a sampler: names, and the contents of files.
///
/// Not safe to use from several threads at once.
struct TreeView {
  private let sampler: Sampler
  private var entries: [UInt64: Plan.Entry] = [:]
  private var entriesOf: [ObjectIdentifier: [Plan.Entry]] = [:]
  private var generation: UInt64 = 0
  private var lastPass: UInt64 = 0
  /// How long a sample is good enough for whoever asks next.
  private static let freshness: UInt64 = 10_000_000
  /// The names of every directory's own files; a program may publish anything.
  private static let reserved: Set = [".", "..", ".values", ".binary", ".labels", ".status"]

  init(_ sampler: Sampler) {
    self.sampler = sampler
  }

  /// Takes a sample where the last one is too old, and learns what came and went.
  mutating func refresh() {
    let now = monotonicNanoseconds()
    if lastPass == 0 || now - lastPass > Self.freshness || isOutdated {
      sampler.pass()
      lastPass = monotonicNanoseconds()
    }
    guard generation != sampler.plan.generation else { return }
    generation = sampler.plan.generation
    entries = [:]
    entriesOf = [:]
    for entry in sampler.plan.entries {
      entries[entry.group.id] = entry
      entriesOf[ObjectIdentifier(entry.source), default: []].append(entry)
    }
  }

  private var isOutdated: Bool { sampler.plan.generation != sampler.tree.generation }

  /// Whether what a node stands for is still there.
  func isPresent(_ node: TreeNode) -> Bool {
    switch node.kind {
    case .source, .labels, .status, .values(nil):
      node.source === sampler.tree.root || sampler.tree.find(node.source.path) === node.source
    case .group(let id), .statistic(let id, _), .values(.some(let id)), .binary(let id):
      entries[id] != nil
    }
  }

  // MARK: - Names

  /// The names in a directory and what they stand for: sources, then groups, then files.
  func children(of node: TreeNode) -> [(name: String, node: TreeNode)] {
    switch node.kind {
    case .source: sources(below: node) + groups(of: node) + files(of: node)
    case .group(let id): files(ofGroup: id, node)
    default: []
    }
  }

  private func sources(below node: TreeNode) -> [(name: String, node: TreeNode)] {
    node.source.children.filter { sampler.shows($0) && !Self.reserved.contains($0.name) }.map {
      ($0.name, TreeNode(source: $0, kind: .source))
    }
  }

  /// The groups as directories; one with the name of a source or of an earlier group gets a number.
  private func groups(of node: TreeNode) -> [(name: String, node: TreeNode)] {
    var taken = Self.reserved.union(node.source.children.map(\.name))
    return (entriesOf[ObjectIdentifier(node.source)] ?? []).map { entry in
      var name = entry.group.name
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(entry.group.name).\(number)"
        number += 1
      }
      return (name, node.with(.group(entry.group.id)))
    }
  }

  private func files(of node: TreeNode) -> [(name: String, node: TreeNode)] {
    if node.source === sampler.tree.root { return [] }
    return [
      (".values", node.with(.values(nil))), (".labels", node.with(.labels)),
      (".status", node.with(.status)),
    ]
  }

  private func files(ofGroup id: UInt64, _ node: TreeNode) -> [(name: String, node: TreeNode)] {
    guard let entry = entries[id] else { return [] }
    var taken = Self.reserved
    let statistics = entry.shown.compactMap { index -> (name: String, node: TreeNode)? in
      let name = entry.group.schema.statistics[index].name
      // A name that stands twice is its first one's; `.values` has the others, too.
      guard !name.contains("/"), taken.insert(name).inserted else { return nil }
      return (name, node.with(.statistic(id, index)))
    }
    return statistics + [(".values", node.with(.values(id))), (".binary", node.with(.binary(id)))]
  }

  // MARK: - Contents

  /// The bytes of a file; nil where what it stands for has gone.
  func content(of node: TreeNode) throws(FuseError) -> [UInt8] {
    guard isPresent(node) else { throw .noDevice }
    switch node.kind {
    case .source, .group: throw .isDirectory
    case .labels: return Array(labels(of: node.source).utf8)
    case .status: return Array(status(of: node.source).utf8)
    case .values(nil):
      let texts = (entriesOf[ObjectIdentifier(node.source)] ?? []).map { values(of: $0) }
      return Array(texts.joined().utf8)
    case .values(.some(let id)): return Array((entries[id].map { values(of: $0) } ?? "").utf8)
    case .statistic(let id, let index):
      guard let entry = entries[id] else { throw .noDevice }
      try requireNumbers(of: entry)
      return Array(text(of: entry.group.schema.statistics[index], in: entry, named: nil).utf8)
    case .binary(let id):
      guard let entry = entries[id] else { throw .noDevice }
      try requireNumbers(of: entry)
      return try binary(of: entry)
    }
  }

  /// There are no numbers of what is denied or gone, and none is made up.
  private func requireNumbers(of entry: Plan.Entry) throws(FuseError) {
    switch sampler.status(of: entry) {
    case .up, .stale: return
    case .denied(let code): throw FuseError(code)
    case .gone: throw .noDevice
    }
  }

  private func labels(of source: Source) -> String {
    let facts = [source.keys, source.labels].flatMap { $0.sorted { $0.key < $1.key } }
    return facts.map { "\($0.key) \($0.value)\n" }.joined()
  }

  private func status(of source: Source) -> String {
    var text = "\(source.status.word)\n"
    for entry in entriesOf[ObjectIdentifier(source)] ?? [] {
      let group = entry.group
      text += "\(group.name) \(sampler.status(of: entry).word) \(group.provenance)"
      if let members = sampler.members(of: entry) { text += " of \(members.count)" }
      text += "\n"
    }
    return text + source.remarks.map { $0 + "\n" }.joined()
  }

  /// A line for each statistic, behind the group's name.
  private func values(of entry: Plan.Entry) -> String {
    entry.shown.map { index in
      let statistic = entry.group.schema.statistics[index]
      return text(of: statistic, in: entry, named: "\(entry.group.name) \(statistic.name) ")
    }.joined()
  }

  /// A statistic as lines: `-` where it has no value.
  ///
  /// A histogram has a line for each bucket with samples, with its lowest value; what was counted by
  /// name has one for each name.
  private func text(
    of statistic: Statistic, in entry: Plan.Entry, named name: String?
  ) -> String {
    let start = name ?? ""
    guard statistic.kind.isHistogram else {
      let words = (0..<statistic.size).map { word -> String in
        guard let value = sampler.value(statistic, of: entry, word: word) else { return "-" }
        if statistic.kind == .state, value < UInt64(statistic.states.count) {
          return statistic.states[Int(value)]
        }
        return statistic.isSigned ? "\(Int64(bitPattern: value))" : "\(value)"
      }
      return start + words.joined(separator: " ") + "\n"
    }
    guard let histogram = sampler.histogram(statistic, of: entry) else { return start + "-\n" }
    return histogram.counts.indices.map { index in
      let count = histogram.counts[index]
      if index < statistic.states.count { return "\(start)\(statistic.states[index]) \(count)\n" }
      guard count > 0, let bounds = histogram.shape.bounds(of: index) else { return "" }
      return statistic.states.isEmpty
        ? "\(start)\(bounds.lower) \(count)\n" : "\(start)(unknown) \(count)\n"
    }.joined()
  }

  /// Header, id, descriptors and data: api.rst of the kernel's KVM documents, section 4.133.
  private func binary(of entry: Plan.Entry) throws(FuseError) -> [UInt8] {
    let schema = entry.group.schema
    guard let file = try? schema.kvmFile(id: "\(entry.source.path)/\(entry.group.name)") else {
      throw .invalid
    }
    var bytes = file.bytes
    while bytes.count < file.header.dataOffset { bytes.append(0) }
    var words = Array(repeating: Inactive.unsigned, count: schema.wordCount)
    for statistic in schema.statistics {
      for word in 0..<statistic.size {
        if let value = sampler.value(statistic, of: entry, word: word) {
          words[statistic.words.lowerBound + word] = value
        }
      }
    }
    for word in words {
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return bytes
  }
}
