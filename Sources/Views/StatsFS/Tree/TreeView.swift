import FUSE
internal import LinuxSystem
internal import Statistics
internal import StatsKnowledge
internal import StatsTree

/// Computes the names and the file contents that one viewer (a user) of a tree sees.
///
/// A view is not thread-safe.
final class TreeView {
  let sampler: Sampler
  let meanings: Meanings
  let hasText: Bool
  var entries: [UInt64: Plan.Entry] = [:]
  var entriesOf: [ObjectIdentifier: [Plan.Entry]] = [:]
  private var generation: UInt64 = 0
  /// The time at which the last change of the tree was noticed, in nanoseconds of CLOCK_REALTIME.
  private(set) var changed: UInt64 = 0
  private var lastPass: UInt64 = 0
  /// The ID of the group that was read last, the time of this read, and the values.
  private var lastReading: (group: UInt64, time: UInt64, reading: Reading)?
  // The following caches are valid until the tree changes.
  private var listings: [TreeNode: DirectoryListing] = [:]
  private var filesOf: [ObjectIdentifier: GroupFileList] = [:]
  private var schemaOf: [SchemaKey: [UInt8]] = [:]
  private var metricCatalog: MetricCatalog?
  /// Nanoseconds for which a sample is recent enough to compute the sizes of files.
  private static let freshness: UInt64 = 10_000_000

  /// - Parameters:
  ///   - sampler: The sampler of the visible part of the tree.
  ///   - meanings: The meanings of statistics whose schema contains no meaning.
  ///   - hasText: Whether statistics have text files.
  init(_ sampler: Sampler, meanings: Meanings, hasText: Bool) {
    self.sampler = sampler
    self.meanings = meanings
    self.hasText = hasText
  }

  // MARK: - Membership

  /// Updates the plan (the list of groups to sample) and empties the caches if the tree has
  /// changed.
  func refreshIfChanged() {
    guard generation != sampler.tree.generation else { return }
    sampler.updatePlan()
    generation = sampler.plan.generation
    changed = realtimeNanoseconds()
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

  /// Returns `true` if the object that a node represents still exists.
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

  /// Returns the plan's entry of the group with an ID.
  ///
  /// Throws `noDevice` if the group was removed.
  func entry(_ id: UInt64) throws(FuseError) -> Plan.Entry {
    guard let entry = entries[id] else { throw .noDevice }
    return entry
  }

  // MARK: - Caches

  /// Returns the entries of a directory.
  func listing(of node: TreeNode) -> DirectoryListing {
    if let known = listings[node] { return known }
    let made = makeListing(of: node)
    listings[node] = made
    return made
  }

  /// Returns the files that the directory of every group of the entry's family contains.
  func files(of entry: Plan.Entry) -> GroupFileList {
    let family = ObjectIdentifier(entry.group.family)
    if let known = filesOf[family] { return known }
    let made = makeFiles(of: entry)
    filesOf[family] = made
    return made
  }

  /// Returns the description of a group, from the cache or from `make`.
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

  /// The earliest permitted time of a sample that is used for sizes, in nanoseconds of
  /// CLOCK_MONOTONIC.
  static var freshSince: UInt64 { monotonicNanoseconds() - freshness }

  /// Runs a pass (samples all groups) if the last pass of this view began before `time`.
  func ensurePass(since time: UInt64) {
    guard lastPass < time else { return }
    lastPass = monotonicNanoseconds()
    sampler.pass()
  }

  /// Discards the last reading.
  func invalidateReading() { lastReading = nil }

  /// Returns a reading of a group, made at or after `time`.
  ///
  /// Repeated calls for the same group and time return the same reading, so that one request uses
  /// one sample.
  func reading(of entry: Plan.Entry, since time: UInt64) -> Reading {
    if let lastReading, lastReading.group == entry.group.id, lastReading.time >= time {
      return lastReading.reading
    }
    if entry.group.aggregation != nil { ensurePass(since: time) }
    let now = monotonicNanoseconds()
    let reading = sampler.read(entry)
    lastReading = (entry.group.id, now, reading)
    return reading
  }
}

/// The properties that determine the description of a group.
private struct SchemaKey: Hashable {
  let family: ObjectIdentifier
  let provenance: Provenance
}
