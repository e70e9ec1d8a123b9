import LinuxSystem
import SharedTable
import StatsTree

/// Copies the sources and groups of one publisher's table into the tree, at `app/<name>` and below.
final class TableMirror {
  let reader: Reader
  let backing: TableBacking
  let base: Source
  private let tree: Tree
  /// The error of the last attempt to connect, for the diagnostics.
  var connectionError: String?
  private(set) var health = PublisherHealth.live
  private var sources: [UInt64: Source] = [:]
  private var groups: [UInt64: (group: Group, token: Int)] = [:]
  private var nameClashes: [String] = []
  private var unknownStatuses: Set<UInt32> = []
  /// The on-demand groups that were requested from the publisher.
  var asked: Set<UInt64> = []
  /// The reason why groups that the user wants to enable are disabled.
  var demandError: String?
  /// Whether the truncation of the file has been reported.
  var isBroken = false

  init(_ reader: Reader, in tree: Tree, at base: Source) {
    self.reader = reader
    self.tree = tree
    self.base = base
    backing = TableBacking(reader)
    base.labels = [
      "pid": "\(reader.identity.pid)", "via": reader.hasBroker ? "socket" : "file",
    ]
    base.sharedFile = PublishedTable(reader)
  }

  /// Whether the publisher runs and, if it has a socket, can be reached.
  var isLive: Bool {
    if case .live = health { return true }
    return false
  }

  /// Whether the publisher died without closing the table.
  ///
  /// A dead publisher never updates the table.
  var isDead: Bool {
    if case .dead = health { return true }
    return false
  }

  /// Returns the path in the tree of a source of the table.
  func path(of source: UInt64) -> String? { sources[source]?.path }

  // MARK: - Membership

  /// Makes the sources and groups of the tree equal to those of the table.
  func update() {
    removeStaleMembers()
    nameClashes = []
    unknownStatuses = []
    let now = monotonicNanoseconds()
    for item in reader.sources {
      let source: Source
      if let known = sources[item.id] {
        source = known
      } else {
        // Skip a source whose parent could not be added. The parent is in `nameClashes`.
        guard let parent = item.parent == 0 ? base : sources[item.parent] else { continue }
        guard
          let added = try? tree.add(
            item.name, below: parent, role: .published, keys: item.keys, created: item.created,
            owner: item.owner)
        else {
          nameClashes.append(item.path)
          continue
        }
        source = added
        sources[item.id] = added
      }
      source.labels = item.labels
      source.status = overlaid(item.status.treeStatus(at: now))
      if case .unknown(let raw) = item.status { unknownStatuses.insert(raw) }
    }
    for group in reader.groups where groups[group.id] == nil {
      guard let source = sources[group.source] else { continue }
      let token = backing.open(group)
      // The token cannot make `attach` fail, because the backing has just returned the token and no
      // other group uses the same token.
      guard
        let attached = try? tree.attach(
          group.name, schema: group.schema, backing: backing, token: token, provenance: .table,
          to: source)
      else { continue }
      groups[group.id] = (attached, token)
    }
  }

  /// Removes the sources and groups that the table no longer contains.
  ///
  /// This happens before additions, because new sources and groups can have the same names.
  private func removeStaleMembers() {
    let present = Set(reader.groups.map(\.id))
    for (id, known) in groups where !present.contains(id) {
      tree.detach(known.group)
      backing.close(known.token)
      groups[id] = nil
      asked.remove(id)
    }
    let ids = Set(reader.sources.map(\.id))
    for (id, source) in sources where !ids.contains(id) {
      source.status = .gone
      tree.remove(source)
      sources[id] = nil
    }
  }

  /// Removes all sources of the table from the tree.
  func remove() {
    base.visit { $0.status = .gone }
    tree.remove(base)
  }

  // MARK: - Health

  /// Stores the health of the publisher and updates the status of the publisher's sources.
  func setHealth(_ health: PublisherHealth, now: UInt64) {
    guard health != self.health else { return }
    self.health = health
    switch health {
    case .live: backing.outage = nil
    case .stopped(let since):
      backing.outage = TableBacking.PublisherOutage(since: max(1, since), isFinal: false)
    case .dead(let since):
      backing.outage = TableBacking.PublisherOutage(since: max(1, min(since, now)), isFinal: true)
    case .closed:
      backing.outage = TableBacking.PublisherOutage(
        since: max(1, min(reader.heartbeat, now)), isFinal: true)
    case .previousBoot:
      // The times of another boot are not comparable with this clock.
      backing.outage = TableBacking.PublisherOutage(since: max(1, now), isFinal: false)
    }
    base.status = overlaid(.up)
    for item in reader.sources {
      sources[item.id]?.status = overlaid(item.status.treeStatus(at: now))
    }
  }

  /// Returns the status, but `stale` instead of `up` during an outage of the publisher.
  private func overlaid(_ status: Status) -> Status {
    guard status == .up, let outage = backing.outage else { return status }
    return .stale(since: outage.since)
  }

  /// Returns a message about the health of the publisher, or `nil` if the publisher is live.
  func text(for health: PublisherHealth) -> String? {
    let process = "publisher process \(reader.identity.pid)"
    return switch health {
    case .live: nil
    case .stopped: "\(process) does not update its heartbeat; it is stopped or hangs"
    case .dead: "\(process) died; the values are its last"
    case .closed: "\(process) ended; the values are its last"
    case .previousBoot:
      "the table was published before the last boot; its times cannot be compared with the current"
        + " clock"
    }
  }

  /// Sets the diagnostics of the publisher's source: its health, errors and name clashes.
  func describe() {
    var texts = text(for: health).map { [$0] } ?? []
    if isBroken { texts.append("'\(reader.file)' was truncated below the size of its table") }
    if let connectionError { texts.append(connectionError) }
    texts += demandTexts()
    if let demandError { texts.append(demandError) }
    for path in nameClashes.prefix(2) { texts.append("two sources have the path '\(path)'") }
    for raw in unknownStatuses.sorted().prefix(2) {
      texts.append("a source has the unknown status \(raw), which a later version may know")
    }
    texts += reader.errors.prefix(3).map(\.description)
    if reader.errors.count > 3 {
      texts.append("\(reader.errors.count - 3) more errors; run 'vitals check \(reader.file)'")
    }
    base.diagnostics = texts.map { Diagnostic(.table, $0) }
  }
}
