import LinuxSystem
import RRDFormat
import Statistics
import StatsTree

/// Adds one plugin's file to the tree: the source `rrdd/<uid>` and, below it, one source per VM or
/// storage repository.
final class RRDMirror {
  let backing: RRDBacking
  private let metadata: RRDMetadata
  private let groups: [(owner: RRDDataSource.Owner, schema: Schema, token: Int)]

  /// Prepares the groups of a file without changing the tree.
  init(
    _ file: consuming RRDOpenFile, _ contents: RRDFile,
    clocks: @escaping @Sendable () -> Timestamp
  ) {
    metadata = contents.metadata
    backing = RRDBacking(file, contents.header, clocks: clocks)
    var owners: [RRDDataSource.Owner] = []
    var columns: [RRDDataSource.Owner: [RRDBacking.Column]] = [:]
    var statistics: [RRDDataSource.Owner: [Statistic]] = [:]
    for (index, source) in contents.metadata.sources.enumerated() {
      let (statistic, word) = source.statistic
      if columns[source.owner] == nil { owners.append(source.owner) }
      columns[source.owner, default: []].append(RRDBacking.Column(index: index, word: word))
      statistics[source.owner, default: []].append(statistic)
    }
    let backing = backing
    groups = owners.map { owner in
      (owner, Schema(packing: statistics[owner] ?? []), backing.open(columns[owner] ?? []))
    }
  }

  /// Attaches the groups to a source and to new sources below it.
  func attach(to base: Source, in tree: Tree) {
    for group in groups {
      let source: Source?
      switch group.owner {
      case .host: source = base
      case .vm(let uuid): source = add("vm", uuid, base, tree)
      case .storage(let uuid): source = add("sr", uuid, base, tree)
      }
      // This cannot fail, because `base` is new and each owner has one group.
      guard let source else { continue }
      _ = try? tree.attach(
        "rrdd", schema: group.schema, backing: backing, token: group.token, provenance: .rrdd,
        to: source)
    }
  }

  private func add(_ word: String, _ uuid: String, _ base: Source, _ tree: Tree) -> Source? {
    try? tree.add(
      "\(word)-\(uuid)", below: base, role: .pluginObject, keys: [word: uuid],
      labels: ["uuid": uuid.lowercased(), "owner": word], created: base.created)
  }

  /// Checks whether the file still has the same data sources.
  ///
  /// Accepts a new checksum of the metadata, because each update changes the checksum if the
  /// metadata contains values.
  func isCurrent() throws(RRDAccessError) -> Bool {
    if !backing.isOutdated, backing.isCurrent() { return true }
    let contents = try backing.reread()
    guard matches(contents) else { return false }
    backing.adopt(contents.header)
    return true
  }

  /// Returns `true` if a file has the same data sources.
  func matches(_ contents: RRDFile) -> Bool { contents.metadata.sources == metadata.sources }

  /// The texts of the file's diagnostics.
  var diagnosticTexts: [String] {
    var texts: [String] = []
    if backing.tornCount > 0 {
      texts.append("\(backing.tornCount) of \(backing.readCount) reads found an update in progress")
    }
    if backing.isAhead { texts.append("timestamp is ahead of the clock of this host") }
    if metadata.hasValues {
      texts.append("metadata contains values and is parsed again after each update")
    }
    return texts
  }
}
