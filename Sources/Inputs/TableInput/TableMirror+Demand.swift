import LinuxSystem
import SharedTable
import StatsTree

// On-demand groups, which the publisher updates only while a reader has enabled them.
extension TableMirror {
  /// Enables the on-demand groups that match a pattern and are not enabled yet.
  ///
  /// - Parameters:
  ///   - patterns: Patterns of `path:group`, of a source's path, or of a group's name.
  ///   - watched: The sources that the user watches. Groups of other sources stay disabled.
  /// - Returns: The reason why groups could not be enabled; `nil` if the last call had the same
  ///   reason.
  func enable(_ patterns: [Pattern], watched: Pattern) -> String? {
    guard !patterns.isEmpty else { return nil }
    let wanted = reader.groups.filter { group in
      guard group.isOnDemand, !asked.contains(group.id), let path = path(of: group.source),
        watched.matches(path)
      else { return false }
      return patterns.contains {
        $0.matches("\(path):\(group.name)") || $0.matches(path) || $0.matches(group.name)
      }
    }
    guard !wanted.isEmpty else { return nil }
    let old = demandError
    demandError = enable(wanted)
    return demandError == old ? nil : demandError
  }

  private func enable(_ wanted: [TableGroup]) -> String? {
    let names = Self.list(Array(Set(wanted.map(\.name))).sorted())
    guard reader.hasBroker else {
      return health == .live
        ? "cannot enable \(names): '\(reader.file)' was opened as a file, without its publisher"
        : "cannot enable \(names): the publisher is not running"
    }
    asked.formUnion(wanted.map(\.id))
    do throws(TableError) {
      let count = try reader.enable(wanted)
      reader.refresh()
      return count < wanted.count
        ? "the publisher enabled \(count) of \(wanted.count) requested groups" : nil
    } catch {
      // Forget the request, so that the next update of the table tries again.
      asked.subtract(wanted.map(\.id))
      return "cannot enable \(names): \(error)"
    }
  }

  /// Returns texts that name the disabled groups and tell how to enable them.
  func demandTexts() -> [String] {
    guard health == .live else { return [] }
    var places: [String: [String]] = [:]
    for group in reader.groups where group.isOnDemand && !asked.contains(group.id) {
      guard let path = path(of: group.source) else { continue }
      places[group.name, default: []].append(String(path.dropFirst(base.path.count + 1)))
    }
    return places.sorted { $0.key < $1.key }.map { name, sources in
      "group \(name) of \(Self.list(sources)) is disabled; "
        + (reader.hasBroker
          ? "enable it with --enable \(name)" : "only its publisher's socket can enable it")
    }
  }

  /// Returns a list such as `a, b, c and 7 more`.
  private static func list(_ names: [String]) -> String {
    let rest = names.count - 3
    return names.prefix(3).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
