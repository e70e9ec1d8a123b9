internal import LinuxSystem
internal import Statistics
internal import StatsFormats
public import StatsTree

/// Writes sources with their status and provenance (access method), for `vitals list`.
public struct SourceList {
  private let sources: [Source]
  private let sampler: Sampler
  /// The root sources of the inputs.
  ///
  /// The diagnostics of these sources come first.
  private let roots: [Source]
  /// The visible groups by id.
  private let entries: [UInt64: Plan.Entry]

  /// - Parameters:
  ///   - sources: the sources to list.
  ///   - sampler: a sampler that has sampled the sources once.
  ///   - roots: the root sources of the inputs. The diagnostics of the roots come before the
  ///     diagnostics of `sources`.
  public init(sources: [Source], sampler: Sampler, roots: [Source]) {
    self.sources = sources
    self.sampler = sampler
    self.roots = roots
    var entries: [UInt64: Plan.Entry] = [:]
    for entry in sampler.plan.entries { entries[entry.group.id] = entry }
    self.entries = entries
  }

  /// Returns the visible groups of a source.
  private func groups(of source: Source) -> [Plan.Entry] {
    source.groups.compactMap { entries[$0.id] }
  }

  /// Returns the status of the source or, if the source is up, the status of the first group that
  /// is not up.
  ///
  /// The result is `up` if the source and all groups are up.
  private func status(of source: Source) -> Status {
    if source.status != .up { return source.status }
    // Aggregates without members are ignored, because none of their values is missing.
    let groups = groups(of: source).filter { sampler.members(of: $0)?.count != 0 }
    return groups.map { sampler.status(of: $0) }.first { $0 != .up } ?? .up
  }

  /// Returns a JSON document in the format that `docs/json.md` describes.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.key("sources")
      writer.array { writer in
        for source in sources { write(source, to: &writer) }
      }
    }
  }

  private func write(_ source: Source, to writer: inout JSONWriter) {
    let status = status(of: source)
    writer.object { writer in
      writer.member("path", source.path)
      writer.member("role", source.role.word)
      writer.member("status", status.word)
      if let reason = status.reason { writer.member("reason", reason) }
      if let owner = source.owner {
        writer.key("owner")
        writer.value(UInt64(owner))
      }
      writer.texts("labels", source.labels)
      writer.key("groups")
      writer.array { writer in
        for entry in groups(of: source) { write(entry, to: &writer) }
      }
      writer.diagnostics(of: source)
    }
  }

  private func write(_ entry: Plan.Entry, to writer: inout JSONWriter) {
    let group = entry.group
    writer.object { writer in
      writer.member("name", group.name)
      writer.member("provenance", group.provenance.description)
      writer.member("status", sampler.status(of: entry).word)
      writer.key("statistics")
      writer.value(UInt64(group.schema.statistics.count))
      writer.member("schema", group.schema.hashText)
      guard let members = sampler.members(of: entry) else { return }
      writer.members(members, sampler.provenances(of: entry))
    }
  }

  /// Returns CSV in the format of RFC 4180, with a header line.
  public func csv() -> String {
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

  /// Returns a text as a CSV field of RFC 4180, in quotes if necessary.
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

  /// Returns the table, followed by the reasons why sources lack values.
  public func table(width: Int?, explainsAll: Bool) -> String {
    var table = TextTable([
      Column("SOURCE"), Column("STATUS", importance: 9), Column("GROUPS", importance: 8),
      Column("ABOUT", importance: 7),
    ])
    for source in sources {
      let groups = groups(of: source).map { "\($0.group.name):\(sampler.provenanceText(of: $0))" }
        .joined(separator: " ")
      table.append([source.path, status(of: source).word, groups, about(source)])
    }
    let rendering = table.rendering(width: width)
    var text = rendering.text
    if !rendering.droppedColumns.isEmpty {
      text += "(no room for \(rendering.droppedColumns.joined(separator: ", ")))\n"
    }
    var seen: Set<String> = []
    for source in roots + sources where seen.insert(source.path).inserted {
      // The diagnostics of these roles are always shown, because only diagnostics mention on-demand
      // groups that are off.
      let isAlwaysExplained: Bool =
        switch source.role {
        case .vms, .domains, .publisher, .published, .plugins, .plugin, .pluginObject: true
        default: false
        }
      guard explainsAll || status(of: source) != .up || isAlwaysExplained else { continue }
      if let reason = status(of: source).reason {
        text += "\(source.path): \(reason)".printable + "\n"
      }
      for diagnostic in source.diagnostics {
        text += "\(source.path): \(diagnostic.text)".printable + "\n"
      }
    }
    return text
  }

  private func about(_ source: Source) -> String {
    if source.role.isPublished {
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
  /// The reason why there are no current values.
  fileprivate var reason: String? {
    switch self {
    case .denied(let code): SystemError.text(for: code)
    case .pending: "no answer yet"
    case .up, .stale, .gone: nil
    }
  }
}
