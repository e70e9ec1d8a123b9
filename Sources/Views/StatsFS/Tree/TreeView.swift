import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsTree

/// What the filesystem shows one viewer of a tree: names, and the contents of files.
///
/// Not safe to use from several threads at once.
final class TreeView {
  let sampler: Sampler
  let hasText: Bool
  var entries: [UInt64: Plan.Entry] = [:]
  var entriesOf: [ObjectIdentifier: [Plan.Entry]] = [:]
  private var generation: UInt64 = 0
  /// When the tree was seen to change last: nanoseconds of CLOCK_REALTIME.
  private(set) var changed: UInt64 = 0
  private var lastPass: UInt64 = 0
  /// The group that was read last, and when.
  private var lastReading: (group: UInt64, time: UInt64, reading: Reading)?
  // What was made since the last change of the tree.
  private var listings: [TreeNode: Listing] = [:]
  private var filesOf: [ObjectIdentifier: GroupFileList] = [:]
  private var schemaOf: [SchemaKey: [UInt8]] = [:]
  private var metricCatalog: MetricCatalog?
  /// How long a sample is good enough for sizes, in nanoseconds.
  private static let freshness: UInt64 = 10_000_000

  /// - Parameters:
  ///   - sampler: what is shown.
  ///   - hasText: whether statistics have files of their own.
  init(_ sampler: Sampler, hasText: Bool) {
    self.sampler = sampler
    self.hasText = hasText
  }

  // MARK: - Membership

  /// Learns what came and went.
  func follow() {
    guard generation != sampler.tree.generation else { return }
    sampler.follow()
    generation = sampler.plan.generation
    changed = wallNanoseconds()
    entries = [:]
    entriesOf = [:]
    for entry in sampler.plan.entries {
      entries[entry.group.id] = entry
      entriesOf[ObjectIdentifier(entry.source), default: []].append(entry)
    }
    listings = [:]
    filesOf = [:]
    schemaOf = [:]
    metricCatalog = nil
    lastReading = nil
  }

  /// Whether what a node stands for is still there.
  func isPresent(_ node: TreeNode) -> Bool {
    switch node.kind {
    case .source, .labels, .status, .values(nil), .schema(nil), .metrics: node.source.isInTree
    case .table(let identifier):
      node.source.isInTree && node.source.sharedFile?.identifier == identifier
    case .group(let id), .statistic(let id, _), .values(.some(let id)), .schema(.some(let id)),
      .binary(let id):
      entries[id] != nil
    }
  }

  func groups(of source: Source) -> [Plan.Entry] { entriesOf[ObjectIdentifier(source)] ?? [] }

  /// The entry of a group; one that has left is no device.
  func entry(_ id: UInt64) throws(FuseError) -> Plan.Entry {
    guard let entry = entries[id] else { throw .noDevice }
    return entry
  }

  // MARK: - What is kept until the tree changes

  /// The names in a directory.
  func listing(of node: TreeNode) -> Listing {
    if let known = listings[node] { return known }
    let made = makeListing(of: node)
    listings[node] = made
    return made
  }

  /// The files that the groups of an entry's family have.
  func files(of entry: Plan.Entry) -> GroupFileList {
    let family = ObjectIdentifier(entry.group.family)
    if let known = filesOf[family] { return known }
    let made = makeFiles(of: entry)
    filesOf[family] = made
    return made
  }

  /// What the statistics of a group mean.
  func schema(of group: Group, _ make: (Group) -> [UInt8]) -> [UInt8] {
    let key = SchemaKey(family: ObjectIdentifier(group.family), provenance: group.provenance)
    if let known = schemaOf[key] { return known }
    let made = make(group)
    schemaOf[key] = made
    return made
  }

  func metrics() -> MetricCatalog {
    if let metricCatalog { return metricCatalog }
    let made = MetricCatalog(sampler.plan.entries)
    metricCatalog = made
    return made
  }

  // MARK: - Samples

  /// Since when a sample has to be for sizes, in nanoseconds of CLOCK_MONOTONIC.
  static var aMomentAgo: UInt64 { monotonicNanoseconds() - freshness }

  /// Reads all groups, unless there was a pass since a time.
  func pass(since time: UInt64) {
    guard lastPass < time else { return }
    lastPass = monotonicNanoseconds()
    sampler.pass()
  }

  /// Has the next reading be a new one.
  func forgetReading() { lastReading = nil }

  /// The numbers of a group, read since a time: all that one request asks of it is of one sample.
  func reading(of entry: Plan.Entry, since time: UInt64) -> Reading {
    if let lastReading, lastReading.group == entry.group.id, lastReading.time >= time {
      return lastReading.reading
    }
    if entry.group.aggregation != nil { pass(since: time) }
    let now = monotonicNanoseconds()
    let reading = sampler.read(entry)
    lastReading = (entry.group.id, now, reading)
    return reading
  }
}

/// What the text about a group's statistics depends on.
private struct SchemaKey: Hashable {
  let family: ObjectIdentifier
  let provenance: Provenance
}
