import CVitals
import LinuxSystem
import Statistics

extension Reader {
  /// The longest path of a source, in bytes: as long as one of the system's.
  private static let longestPath = Publication.longestPath

  /// Makes sources with paths, parents first, and the groups of those that are there.
  ///
  /// - Returns: what is wrong with the sources' names and parents.
  func resolve() -> [TableError] {
    var flaws: [TableError] = []
    var raw: [UInt64: BlockCache.RawSource] = [:]
    var children: [UInt64: [UInt64]] = [:]
    var labels: [UInt64: BlockCache.RawLabels] = [:]
    for entry in cache.contents {
      switch entry.content {
      case .source(let source):
        raw[source.id] = source
        children[source.parent, default: []].append(source.id)
      case .labels(let set):
        // Of two of one source the later one counts.
        if labels[set.source].map({ $0.id < set.id }) ?? true { labels[set.source] = set }
      default: break
      }
    }
    // Ids grow: in their order the sources are as they came.
    var found: [TableSource] = []
    var open: [(id: UInt64, path: String)] = [(0, "")]
    var reached: Set<UInt64> = []
    // From the top: a source whose parent is not there, or below itself, is not reached. One whose
    // id stands twice is taken once: else it could be its own parent, without end.
    while let parent = open.popLast() {
      var names: Set<String> = []
      for id in (children[parent.id] ?? []).sorted() {
        guard let source = raw[id], reached.insert(id).inserted else { continue }
        var name = PathName.text(of: source.name)
        if !names.insert(name).inserted {
          repeat { name += "~\(id)" } while !names.insert(name).inserted
          flaws.append(
            .flawed(
              file: file, field: "name of the source with id \(id)", value: id,
              rule: "a name stands once below a parent; it is shown as \(name)"))
        }
        let byteCount = parent.path.utf8.count + 1 + name.utf8.count
        guard byteCount <= Self.longestPath else {
          flaws.append(
            .flawed(
              file: file, field: "path of the source with id \(id)", value: UInt64(byteCount),
              rule: "it has up to \(Self.longestPath) bytes"))
          continue
        }
        let path = parent.path.isEmpty ? name : "\(parent.path)/\(name)"
        found.append(resolved(source, path, labels[id]))
        open.append((id, path))
      }
    }
    let listed = Set(found.map(\.id))
    if found.count < raw.count {
      for id in raw.keys.sorted() where !reached.contains(id) {
        flaws.append(
          .flawed(
            file: file, field: "parent of the source with id \(id)", value: raw[id]?.parent ?? 0,
            rule: "it is the id of a source that is there, and leads to the top"))
      }
    }
    sources = found
    groups = cache.contents.compactMap { entry in
      guard case .group(let group) = entry.content, listed.contains(group.source) else {
        return nil
      }
      return group
    }
    return flaws
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

/// Names from other processes as parts of a path.
enum PathName {
  /// The name with `%` and two hexadecimal digits for bytes that no part of a path has; an empty
  /// name, `.` and `..` among them.
  static func text(of name: String) -> String {
    guard !name.isEmpty else { return "%00" }
    let isDots = name == "." || name == ".."
    if !isDots, name.utf8.allSatisfy(isPlain) { return name }
    var text = ""
    for scalar in name.unicodeScalars {
      if scalar.isASCII, !isPlain(UInt8(scalar.value)) || isDots {
        let digits = String(scalar.value, radix: 16)
        text += "%" + (digits.count == 1 ? "0" + digits : digits)
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
