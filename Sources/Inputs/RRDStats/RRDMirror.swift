import LinuxSystem
import RRDFormat
import Statistics
import StatsTree

/// One plugin's file as sources of the tree: `rrdd/<uid>` and those of its owners below it.
final class RRDMirror {
  let backing: RRDBacking
  private let metadata: RRDMetadata
  private let groups: [(owner: RRDDataSource.Owner, schema: Schema, token: Int)]

  /// Takes a file and what was read of it; nothing is in the tree yet.
  init(
    _ file: consuming RRDOpenFile, _ contents: RRDFile,
    clocks: @escaping @Sendable () -> RRDClocks
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

  /// Puts the groups on a source and new ones below it.
  func attach(to base: Source, in tree: Tree) {
    for group in groups {
      let source: Source?
      switch group.owner {
      case .host: source = base
      case .vm(let uuid): source = add("vm", uuid, base, tree)
      case .storage(let uuid): source = add("sr", uuid, base, tree)
      }
      // The base is new, and each owner is there once.
      guard let source else { continue }
      _ = try? tree.attach(
        "rrdd", schema: group.schema, backing: backing, token: group.token, provenance: .rrdd,
        to: source)
    }
  }

  private func add(_ word: String, _ uuid: String, _ base: Source, _ tree: Tree) -> Source? {
    try? tree.add(
      "\(word)-\(uuid)", below: base, keys: [word: uuid],
      labels: ["uuid": uuid.lowercased(), "owner": word], created: base.created)
  }

  /// Whether the file says what it said, also with another checksum: a writer that has values in its
  /// metadata changes it with each of them.
  func isCurrent() throws(RRDAccessError) -> Bool {
    if !backing.isOutdated, backing.isCurrent() { return true }
    let contents = try backing.reread()
    guard describes(contents) else { return false }
    backing.adopt(contents.header)
    return true
  }

  /// Whether a file has the same data sources.
  func describes(_ contents: RRDFile) -> Bool { contents.metadata.sources == metadata.sources }

  /// What a person should know of the file.
  var remarks: [String] {
    var remarks: [String] = []
    if backing.tornCount > 0 {
      remarks.append("\(backing.tornCount) of \(backing.readCount) readings found it half written")
    }
    if backing.isAhead { remarks.append("its time is ahead of this host's clock") }
    if metadata.hasValues {
      remarks.append("its metadata has values, and so is parsed at each change of them")
    }
    return remarks
  }
}
