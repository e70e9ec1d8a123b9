import LinuxSystem
import SharedTable
import StatsTree

/// One publisher's table as sources of the tree: `app/<name>` and what is below.
final class TableMirror {
  let reader: Reader
  let backing: TableBacking
  let base: Source
  private let tree: Tree
  /// What the last looks found, for `describe()`.
  var trouble: String?
  private(set) var health = PublisherHealth.live
  private var sources: [UInt64: Source] = [:]
  private var groups: [UInt64: (group: Group, token: Int)] = [:]
  private var nameClashes: [String] = []
  private var unknownStatuses: Set<UInt32> = []
  /// The groups on demand that the publisher was asked for.
  var asked: Set<UInt64> = []
  /// Why groups that a person asked for are not there.
  var refusal: String?
  /// Whether the file got shorter than its table, as far as it was said.
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

  /// Whether the publisher is known to live, and can be asked if it ever could.
  var isLive: Bool {
    if case .live = health { return true }
    return false
  }

  /// Whether the publisher was killed: it does not come back.
  var isDead: Bool {
    if case .dead = health { return true }
    return false
  }

  /// The path of a source of the table.
  func path(of source: UInt64) -> String? { sources[source]?.path }

  // MARK: - Membership

  /// Makes the tree have what the table has.
  func mirror() {
    removeWhatWent()
    nameClashes = []
    unknownStatuses = []
    for item in reader.sources {
      let source: Source
      if let known = sources[item.id] {
        source = known
      } else {
        // A parent that could not be added takes all below it with it, which was said.
        guard let parent = item.parent == 0 ? base : sources[item.parent] else { continue }
        guard
          let added = try? tree.add(
            item.name, below: parent, keys: item.keys, created: item.created, owner: item.owner)
        else {
          nameClashes.append(item.path)
          continue
        }
        source = added
        sources[item.id] = added
      }
      source.labels = item.labels
      source.status = overlaid(item.status.status)
      if case .unknown(let raw) = item.status { unknownStatuses.insert(raw) }
    }
    for group in reader.groups where groups[group.id] == nil {
      guard let source = sources[group.source] else { continue }
      let token = backing.open(group)
      // A token that is new to the backing is on no source yet.
      guard
        let attached = try? tree.attach(
          group.name, schema: group.schema, backing: backing, token: token, provenance: .table,
          to: source)
      else { continue }
      groups[group.id] = (attached, token)
    }
  }

  /// Removes first: what came may have the name of what went.
  private func removeWhatWent() {
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

  /// Takes all of it out of the tree.
  func remove() {
    base.visit { $0.status = .gone }
    tree.remove(base)
  }

  // MARK: - Health

  /// Notes whether the publisher runs: whether that is new.
  func note(_ health: PublisherHealth, now: UInt64) {
    guard health != self.health else { return }
    self.health = health
    switch health {
    case .live: backing.silence = nil
    case .stopped(let since):
      backing.silence = TableBacking.Silence(since: max(1, since), isFinal: false)
    case .dead(let since):
      backing.silence = TableBacking.Silence(since: max(1, min(since, now)), isFinal: true)
    case .closed:
      backing.silence = TableBacking.Silence(
        since: max(1, min(reader.heartbeat, now)), isFinal: true)
    case .ofFormerBoot:
      // Its times are of another clock.
      backing.silence = TableBacking.Silence(since: max(1, now), isFinal: false)
    }
    base.status = overlaid(.up)
    for item in reader.sources { sources[item.id]?.status = overlaid(item.status.status) }
  }

  /// A status as it is where the publisher says nothing any more.
  private func overlaid(_ status: Status) -> Status {
    guard status == .up, let silence = backing.silence else { return status }
    return .stale(since: silence.since)
  }

  /// What a person is told of a publisher's health; nil where all is well.
  func words(for health: PublisherHealth) -> String? {
    let process = "publisher process \(reader.identity.pid)"
    return switch health {
    case .live: nil
    case .stopped: "\(process) says nothing: it is stopped, or hangs"
    case .dead: "\(process) died: these are its last numbers"
    case .closed: "\(process) ended: these are its last numbers"
    case .ofFormerBoot: "published before this boot: its times cannot be compared with now"
    }
  }

  /// Says on the source what a person should know of it.
  func describe() {
    var remarks = words(for: health).map { [$0] } ?? []
    if isBroken { remarks.append("\(reader.file) got shorter than its table") }
    if let trouble { remarks.append(trouble) }
    remarks += demandRemarks()
    if let refusal { remarks.append(refusal) }
    for path in nameClashes.prefix(2) { remarks.append("there are two sources \(path)") }
    for raw in unknownStatuses.sorted().prefix(2) {
      remarks.append("a source has status \(raw), which a later version knows")
    }
    remarks += reader.flaws.prefix(3).map(\.description)
    if reader.flaws.count > 3 {
      remarks.append("and \(reader.flaws.count - 3) flaws more: vitals check \(reader.file)")
    }
    base.remarks = remarks
  }
}
