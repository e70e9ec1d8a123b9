import KVMStats
import Statistics
import StatsFormats
import StatsText
import StatsTree

/// The sources with their state and provenance, as `vitals list` writes them.
struct SourceList {
  let sources: [Source]
  let sampler: Sampler
  let tree: Tree
  /// The groups that are shown, by their numbers.
  private let entries: [UInt64: Plan.Entry]

  init(sources: [Source], sampler: Sampler, tree: Tree) {
    self.sources = sources
    self.sampler = sampler
    self.tree = tree
    var entries: [UInt64: Plan.Entry] = [:]
    for entry in sampler.plan.entries { entries[entry.group.id] = entry }
    self.entries = entries
  }

  private struct Entry: Encodable {
    let path: String
    let status: String
    let reason: String?
    let groups: [Part]
    let labels: [String: String]
    let owner: UInt32?
    let remarks: [String]
  }

  private struct Part: Encodable {
    let name: String
    let provenance: String
    let status: String
    let statistics: Int
    let schema: String
    /// Only of an aggregate, as is what follows.
    let provenances: [String]?
    let members: MemberCounts?
  }

  private struct MemberCounts: Encodable {
    let count, up, stale, denied, gone, departed: Int

    init(_ members: Members) {
      (count, up, stale) = (members.count, members.upCount, members.staleCount)
      (denied, gone, departed) = (members.deniedCount, members.goneCount, members.departedCount)
    }
  }

  private func entry(of source: Source) -> Entry {
    let parts = groups(of: source).map { entry in
      let group = entry.group
      let members = sampler.members(of: entry)
      return Part(
        name: group.name, provenance: group.provenance.description,
        status: sampler.status(of: entry).word, statistics: group.schema.statistics.count,
        schema: group.schema.hashText,
        provenances: members.map { _ in sampler.provenances(of: entry).map(\.description) },
        members: members.map(MemberCounts.init))
    }
    return Entry(
      path: source.path, status: status(of: source).word, reason: status(of: source).reason,
      groups: parts, labels: source.labels, owner: source.owner, remarks: source.remarks)
  }

  /// The groups of a source that are shown.
  private func groups(of source: Source) -> [Plan.Entry] {
    source.groups.compactMap { entries[$0.id] }
  }

  /// The source's own state, or that of its worst group.
  private func status(of source: Source) -> Status {
    if source.status != .up { return source.status }
    // An aggregate without members lacks nothing.
    let groups = groups(of: source).filter { sampler.members(of: $0)?.count != 0 }
    return groups.map { sampler.status(of: $0) }.first { $0 != .up } ?? .up
  }

  func json() throws -> String {
    try JSONText.of(sources.map(entry))
  }

  func csv() -> String {
    var table = [["path", "status", "groups", "provenance", "pid", "uuid", "members"]]
    for source in sources {
      let groups = groups(of: source)
      let members = groups.compactMap { entry in
        sampler.members(of: entry).map { "\(entry.group.name)=\($0.text)" }
      }
      table.append([
        source.path, status(of: source).word,
        groups.map(\.group.name).joined(separator: " "),
        provenances(of: groups).joined(separator: " "), source.labels["pid"] ?? "",
        source.labels["uuid"] ?? "", members.joined(separator: " "),
      ])
    }
    return table.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  /// A field of RFC 4180.
  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\r\n".contains($0) }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  private func provenances(of groups: [Plan.Entry]) -> [String] {
    var found: [String] = []
    for entry in groups where !found.contains(entry.group.provenance.description) {
      found.append(entry.group.provenance.description)
    }
    return found
  }

  /// The table, then why sources have not all of their numbers.
  func table(width: Int?, explainsAll: Bool) -> String {
    var table = TextTable([
      Column("SOURCE"), Column("STATUS", importance: 9), Column("GROUPS", importance: 8),
      Column("ABOUT", importance: 7),
    ])
    for source in sources {
      let groups = groups(of: source).map { "\($0.group.name):\(sampler.way(of: $0))" }
        .joined(separator: " ")
      table.append([source.path, status(of: source).word, groups, about(source)])
    }
    let rendering = table.rendering(width: width)
    var text = rendering.text
    if !rendering.droppedColumns.isEmpty {
      text += "(no room for \(rendering.droppedColumns.joined(separator: ", ")))\n"
    }
    var seen: Set<String> = []
    // What the inputs themselves have to say.
    let first = ["kvm", "xen"].compactMap { tree.root.child($0) }
    for source in first + sources where seen.insert(source.path).inserted {
      // Of a publisher's groups that are off, nothing but the remark can tell.
      let path = source.path
      let speaks =
        ["kvm", "xen"].contains(path) || path.hasPrefix("app/") || path.hasPrefix("rrdd")
      guard explainsAll || status(of: source) != .up || speaks else { continue }
      if let reason = status(of: source).reason {
        text += "\(source.path): \(reason)".printable + "\n"
      }
      for remark in source.remarks { text += "\(source.path): \(remark)".printable + "\n" }
    }
    return text
  }

  private func about(_ source: Source) -> String {
    if source.path.hasPrefix("app/") {
      let facts = [source.keys, source.labels].flatMap { $0.sorted { $0.key < $1.key } }
      return facts.prefix(4).map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
    let keys = ["vmm", "pid", "tid", "domid", "uuid", "cgroup", "version", "library"]
    return keys.compactMap { key in
      source.labels[key].map { "\(key)=\($0)" }
    }.joined(separator: " ")
  }
}

extension Status {
  /// Why there are no numbers, in words; nil where there are.
  var reason: String? {
    switch self {
    case .denied(let code): errorText(code)
    case .stale(since: 0): "no answer yet"
    case .up, .stale, .gone: nil
    }
  }
}
