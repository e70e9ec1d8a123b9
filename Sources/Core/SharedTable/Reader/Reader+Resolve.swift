import CVitals
import LinuxSystem
import Statistics

extension Reader {
  /// The maximum length of a source's path, in bytes.
  ///
  /// It equals the limit of Linux for file paths.
  private static let maximumPathByteCount = Publication.maximumPathByteCount

  /// Determines the paths of all sources, and sets `sources` and `groups`.
  ///
  /// A source is omitted if its path cannot be determined, and so are its groups.
  ///
  /// - Returns: The errors in the names and parents of sources.
  func resolve() -> [TableError] {
    var errors: [TableError] = []
    var raw: [UInt64: BlockCache.RawSource] = [:]
    var children: [UInt64: [UInt64]] = [:]
    var labels: [UInt64: BlockCache.RawLabels] = [:]
    for entry in cache.contents {
      switch entry.content {
      case .source(let source):
        raw[source.id] = source
        children[source.parent, default: []].append(source.id)
      case .labels(let set):
        // If a source has two label blocks, the block with the greater id applies.
        if labels[set.source].map({ $0.id < set.id }) ?? true { labels[set.source] = set }
      default: break
      }
    }
    // Sources are sorted by id below. Ids increase, so that this is the order of publication.
    var found: [TableSource] = []
    var pending: [(id: UInt64, path: String)] = [(0, "")]
    var reached: Set<UInt64> = []
    // Start at the top. The loop does not reach a source whose parent is missing or that is its own
    // ancestor. Each id is visited only once, because a duplicate id could be its own parent and
    // would then be visited without end.
    while let parent = pending.popLast() {
      var names: Set<String> = []
      for id in (children[parent.id] ?? []).sorted() {
        guard let source = raw[id], reached.insert(id).inserted else { continue }
        var name = PathName.text(of: source.name)
        if !names.insert(name).inserted {
          repeat { name += "~\(id)" } while !names.insert(name).inserted
          errors.append(
            .invalid(
              file: file, field: "id of a source with a duplicate name", value: id,
              rule: "the source is shown as '\(name)'"))
        }
        let byteCount = parent.path.utf8.count + 1 + name.utf8.count
        guard byteCount <= Self.maximumPathByteCount else {
          errors.append(
            .invalid(
              file: file, field: "path length of the source with id \(id)",
              value: UInt64(byteCount),
              rule: "must be at most \(Self.maximumPathByteCount) bytes"))
          continue
        }
        let path = parent.path.isEmpty ? name : "\(parent.path)/\(name)"
        found.append(resolved(source, path, labels[id]))
        pending.append((id, path))
      }
    }
    let listed = Set(found.map(\.id))
    if found.count < raw.count {
      for id in raw.keys.sorted() where !reached.contains(id) {
        errors.append(
          .invalid(
            file: file, field: "parent of the source with id \(id)", value: raw[id]?.parent ?? 0,
            rule: "must be the id of a source that is connected to the top"))
      }
    }
    sources = found
    groups = cache.contents.compactMap { entry in
      guard case .group(let group) = entry.content, listed.contains(group.source) else {
        return nil
      }
      return group
    }
    return errors
  }

  private func resolved(
    _ source: BlockCache.RawSource, _ path: String, _ labels: BlockCache.RawLabels?
  ) -> TableSource {
    let status = view.table.mapping.loadAcquiring(
      UInt64.self, at: source.offset + Layout.Source.status)
    let since = view.table.mapping.loadRelaxed(
      UInt64.self, at: source.offset + Layout.Source.statusSince)
    return TableSource(
      id: source.id, path: path, parent: source.parent, keys: source.keys,
      labels: labels?.labels ?? [:], created: source.created, owner: source.owner,
      status: TableStatus(word: status, since: since),
      byteCount: source.byteCount + (labels?.byteCount ?? 0))
  }
}

/// Converts names from other processes to path components.
enum PathName {
  /// Returns the name, with each byte that is invalid in a path component replaced by `%` and two
  /// hexadecimal digits.
  ///
  /// The empty name becomes `%00`, and the dots of the names `.` and `..` are replaced as well.
  static func text(of name: String) -> String {
    guard !name.isEmpty else { return "%00" }
    let isDots = name == "." || name == ".."
    if !isDots, name.utf8.allSatisfy(isPlain) { return name }
    var text = ""
    for scalar in name.unicodeScalars {
      if scalar.isASCII, !isPlain(UInt8(scalar.value)) || isDots {
        text += "%" + scalar.value.hexadecimal(width: 2)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7f && byte != UInt8(ascii: "/")
  }
}
