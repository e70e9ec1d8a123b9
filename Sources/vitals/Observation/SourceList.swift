import KVMStats
import Statistics
import StatsFormats
import StatsTree

/// The sources with their state and provenance, as `vitals list` writes them.
struct SourceList {
  let sources: [Source]
  let sampler: Sampler
  let tree: Tree

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
  }

  private func entry(of source: Source) -> Entry {
    let parts = source.groups.map { group in
      Part(
        name: group.name, provenance: group.provenance.description,
        status: status(of: group).word, statistics: group.schema.statistics.count,
        schema: group.schema.hashText)
    }
    return Entry(
      path: source.path, status: status(of: source).word, reason: status(of: source).reason,
      groups: parts, labels: source.labels, owner: source.owner, remarks: source.remarks)
  }

  private func status(of group: Group) -> Status {
    sampler.plan.entries.first { $0.group === group }.map { sampler.status(of: $0) } ?? .up
  }

  /// The source's own state, or that of its worst group.
  private func status(of source: Source) -> Status {
    if source.status != .up { return source.status }
    return source.groups.map { status(of: $0) }.first { $0 != .up } ?? .up
  }

  func json() throws -> String {
    try JSONText.of(sources.map(entry))
  }

  func csv() -> String {
    var table = [["path", "status", "groups", "provenance", "pid", "uuid"]]
    for source in sources {
      table.append([
        source.path, status(of: source).word, source.groups.map(\.name).joined(separator: " "),
        provenances(of: source).joined(separator: " "), source.labels["pid"] ?? "",
        source.labels["uuid"] ?? "",
      ])
    }
    return table.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  /// A field of RFC 4180.
  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\r\n".contains($0) }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  private func provenances(of source: Source) -> [String] {
    var found: [String] = []
    for group in source.groups where !found.contains(group.provenance.description) {
      found.append(group.provenance.description)
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
      let groups = source.groups.map { "\($0.name):\($0.provenance)" }.joined(separator: " ")
      table.append([source.path, status(of: source).word, groups, about(source)])
    }
    let rendering = table.rendering(width: width)
    var text = rendering.text
    if !rendering.droppedColumns.isEmpty {
      text += "(no room for \(rendering.droppedColumns.joined(separator: ", ")))\n"
    }
    var seen: Set<String> = []
    let first = tree.root.child("kvm").map { [$0] } ?? []
    for source in first + sources where seen.insert(source.path).inserted {
      // Of a publisher's groups that are off, nothing but the remark can tell.
      let speaks = source.path == "kvm" || source.path.hasPrefix("app/")
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
    return ["vmm", "pid", "tid", "uuid", "cgroup"].compactMap { key in
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
