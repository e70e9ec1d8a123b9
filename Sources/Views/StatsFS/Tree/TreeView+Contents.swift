import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsFormats
internal import StatsTree

extension TreeView {
  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - node: the file.
  ///   - time: since when its sample has to be, in nanoseconds of CLOCK_MONOTONIC.
  ///   - head: what of the file is the same in all samples, and is made where it is nil.
  ///   - facts: what the mount says of itself.
  /// - Returns: all of it, of one sample.
  /// - Throws: `noDevice` where what it stands for has gone, or what the system refuses.
  func content(
    of node: TreeNode, since time: UInt64, head: inout [UInt8]?, facts: [String]
  ) throws(FuseError) -> [UInt8] {
    guard isPresent(node) else { throw .noDevice }
    switch node.kind {
    case .source, .group: throw .isDirectory
    case .table: throw .invalid
    case .labels: return labels(of: node.source)
    case .status:
      return node.source === sampler.tree.root
        ? status(facts) : status(of: node.source, since: time)
    case .values(nil):
      var text = ValueText()
      for entry in groups(of: node.source) { values(of: entry, since: time, into: &text) }
      return text.bytes
    case .values(.some(let id)):
      let entry = try entry(id)
      guard reading(of: entry, since: time).status != .gone else { throw .noDevice }
      var text = ValueText()
      values(of: entry, since: time, into: &text)
      return text.bytes
    case .statistic(let id, let index):
      let entry = try entry(id)
      let reading = try numbers(of: entry, since: time)
      var text = ValueText()
      text.append(entry.group.schema.statistics[index], in: reading)
      return text.bytes
    case .schema(nil): return schema(of: node.source)
    case .schema(.some(let id)):
      return schema(of: try entry(id).group) { SchemaJSON().document(of: $0) }
    case .binary(let id):
      let entry = try entry(id)
      let reading = try numbers(of: entry, since: time)
      if head == nil { head = try BinaryForm(entry).head }
      var bytes = head ?? []
      BinaryForm.append(reading, to: &bytes)
      return bytes
    case .metrics(let path): return try metric(path, since: time)
    }
  }

  /// The bytes of a file, of a sample of a moment ago.
  func content(of node: TreeNode, facts: [String] = []) throws(FuseError) -> [UInt8] {
    var head: [UInt8]?
    return try content(of: node, since: Self.aMomentAgo, head: &head, facts: facts)
  }

  /// The length of a file, of a sample of a moment ago; 0 where it cannot be read.
  func size(of node: TreeNode, facts: [String]) -> UInt64 {
    switch node.kind {
    case .table: UInt64(node.source.sharedFile?.byteCount ?? 0)
    case .binary(let id):
      UInt64(entries[id].flatMap { try? BinaryForm.byteCount(of: $0) } ?? 0)
    default: UInt64((try? content(of: node, facts: facts))?.count ?? 0)
    }
  }

  /// The numbers of a group; there are none of what is denied or gone, and none is made up.
  func numbers(of entry: Plan.Entry, since time: UInt64) throws(FuseError) -> Reading {
    let reading = reading(of: entry, since: time)
    switch reading.status {
    case .up, .stale: return reading
    case .denied(let code): throw code > 0 && code < 512 ? FuseError(code) : .inputOutput
    case .gone: throw .noDevice
    }
  }

  private func values(
    of entry: Plan.Entry, since time: UInt64, into text: inout ValueText
  ) {
    let reading = reading(of: entry, since: time)
    for index in entry.shown {
      let statistic = entry.group.schema.statistics[index]
      text.append(
        statistic, in: reading, behind: Array("\(entry.group.name) \(statistic.name) ".utf8))
    }
  }

  private func labels(of source: Source) -> [UInt8] {
    let facts = [source.keys, source.labels].flatMap { $0.sorted { $0.key < $1.key } }
    return Array(facts.map { "\($0.key) \($0.value)\n" }.joined().utf8)
  }

  private func schema(of source: Source) -> [UInt8] {
    SchemaJSON().document(
      of: source, groups: namedGroups(of: source).map { ($0.name, $0.entry.group) },
      sources: sources(below: source).map(\.name))
  }

  // MARK: - Status

  private func status(of source: Source, since time: UInt64) -> [UInt8] {
    var text = "\(source.status.word)\n"
    for entry in groups(of: source) {
      let status = reading(of: entry, since: time).status
      text += "\(entry.group.name) \(status.word) \(entry.group.provenance)"
      if let members = sampler.members(of: entry) { text += " of \(members.count)" }
      text += "\n"
    }
    return Array((text + source.remarks.map { $0 + "\n" }.joined()).utf8)
  }

  private func status(_ facts: [String]) -> [UInt8] {
    let counts = ["sources \(entriesOf.count)", "groups \(entries.count)"]
    let remarks = sampler.tree.root.remarks
    return Array((["up"] + facts + counts + remarks).map { $0 + "\n" }.joined().utf8)
  }
}
