import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsFormats
internal import StatsTree

extension TreeView {
  /// Returns the bytes of a file.
  ///
  /// All values are from one sample.
  ///
  /// - Parameters:
  ///   - node: The file.
  ///   - time: The earliest permitted time of the sample, in nanoseconds of CLOCK_MONOTONIC.
  ///   - metadata: The constant bytes before the data of a `.binary` file. If the argument is nil,
  ///     the function sets it to these bytes.
  ///   - statusLines: The lines of the root's `.status` that describe the mount.
  /// - Returns: The whole file.
  /// - Throws: `noDevice` if the source or group was removed, or the error in the status of the
  ///   group.
  func content(
    of node: TreeNode, since time: UInt64, metadata: inout [UInt8]?, statusLines: [String]
  ) throws(FuseError) -> [UInt8] {
    guard isPresent(node) else { throw .noDevice }
    switch node.kind {
    case .source, .group: throw .isDirectory
    case .table: throw .invalid
    case .labels: return labels(of: node.source)
    case .status:
      return node.source === sampler.tree.root
        ? status(statusLines) : status(of: node.source, since: time)
    case .values(nil):
      var text = ValueText()
      for entry in groups(of: node.source) { appendValues(of: entry, since: time, into: &text) }
      return text.bytes
    case .values(.some(let id)):
      let entry = try entry(id)
      guard reading(of: entry, since: time).status != .gone else { throw .noDevice }
      var text = ValueText()
      appendValues(of: entry, since: time, into: &text)
      return text.bytes
    case .statistic(let id, let index):
      let entry = try entry(id)
      let reading = try availableReading(of: entry, since: time)
      var text = ValueText()
      text.append(entry.group.schema.statistics[index], in: reading)
      return text.bytes
    case .schema(nil): return schema(of: node.source)
    case .schema(.some(let id)):
      return schema(of: try entry(id).group) { SchemaJSON(meanings: meanings).document(of: $0) }
    case .binary(let id):
      let entry = try entry(id)
      let reading = try availableReading(of: entry, since: time)
      if metadata == nil { metadata = try BinaryEncoding(entry).metadata }
      var bytes = metadata ?? []
      BinaryEncoding.append(reading, to: &bytes)
      return bytes
    case .metrics(let path): return try metric(path, since: time)
    }
  }

  /// Returns the bytes of a file, from a recent sample.
  func content(of node: TreeNode, statusLines: [String] = []) throws(FuseError) -> [UInt8] {
    var metadata: [UInt8]?
    return try content(
      of: node, since: Self.freshSince, metadata: &metadata, statusLines: statusLines)
  }

  /// Returns the length of a file in a recent sample; 0 if the file cannot be read.
  func size(of node: TreeNode, statusLines: [String]) -> UInt64 {
    switch node.kind {
    case .table: UInt64(node.source.sharedFile?.byteCount ?? 0)
    case .binary(let id):
      UInt64(entries[id].flatMap { try? BinaryEncoding.byteCount(of: $0) } ?? 0)
    default: UInt64((try? content(of: node, statusLines: statusLines))?.count ?? 0)
    }
  }

  /// Returns the values of a group.
  ///
  /// Throws if access to the group is denied or the group is gone.
  func availableReading(of entry: Plan.Entry, since time: UInt64) throws(FuseError) -> Reading {
    let reading = reading(of: entry, since: time)
    switch reading.status {
    case .up, .stale, .pending: return reading
    case .denied(let code): throw code > 0 && code < 512 ? FuseError(code) : .inputOutput
    case .gone: throw .noDevice
    }
  }

  private func appendValues(
    of entry: Plan.Entry, since time: UInt64, into text: inout ValueText
  ) {
    let reading = reading(of: entry, since: time)
    for index in entry.shown {
      let statistic = entry.group.schema.statistics[index]
      text.append(
        statistic, in: reading, after: Array("\(entry.group.name) \(statistic.name) ".utf8))
    }
  }

  private func labels(of source: Source) -> [UInt8] {
    let pairs = [source.keys, source.labels].flatMap { $0.sorted { $0.key < $1.key } }
    return Array(pairs.map { "\($0.key) \($0.value)\n" }.joined().utf8)
  }

  private func schema(of source: Source) -> [UInt8] {
    SchemaJSON(meanings: meanings).document(
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
    return Array((text + source.diagnostics.map { $0.text + "\n" }.joined()).utf8)
  }

  private func status(_ statusLines: [String]) -> [UInt8] {
    let counts = ["sources \(entriesOf.count)", "groups \(entries.count)"]
    let diagnostics = sampler.tree.root.diagnostics.map(\.text)
    return Array((["up"] + statusLines + counts + diagnostics).map { $0 + "\n" }.joined().utf8)
  }
}
