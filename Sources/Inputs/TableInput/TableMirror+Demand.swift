import LinuxSystem
import SharedTable
import StatsTree

// Groups that are kept only while somebody asks for them.
extension TableMirror {
  /// Asks the publisher for the groups on demand that match, as far as it was not asked yet.
  ///
  /// - Parameters:
  ///   - patterns: of `path:group`, of a source's path, or of a group's name.
  ///   - watched: the sources that are looked at; nobody pays for the others.
  /// - Returns: why they are not kept, where that is new.
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
    let old = refusal
    refusal = ask(for: wanted)
    return refusal == old ? nil : refusal
  }

  private func ask(for wanted: [TableGroup]) -> String? {
    let names = Self.list(Array(Set(wanted.map(\.name))).sorted())
    guard reader.hasBroker else {
      return health == .live
        ? "\(names) cannot be turned on: \(reader.file) is a file, with no publisher to ask"
        : "\(names) cannot be turned on: the publisher does not run"
    }
    asked.formUnion(wanted.map(\.id))
    do throws(TableError) {
      let count = try reader.enable(wanted)
      reader.refresh()
      return count < wanted.count
        ? "the publisher keeps \(count) of the \(wanted.count) groups that it was asked for" : nil
    } catch {
      // Asked again with the next look at the table.
      asked.subtract(wanted.map(\.id))
      return "\(names) cannot be turned on: \(error)"
    }
  }

  /// Which groups are off, and how they are turned on.
  func demandRemarks() -> [String] {
    guard health == .live else { return [] }
    let way =
      reader.hasBroker
      ? "it is kept while somebody asks, with --enable "
      : "its publisher can be asked at its socket for "
    var places: [String: [String]] = [:]
    for group in reader.groups where group.isOnDemand && !asked.contains(group.id) {
      guard let path = path(of: group.source) else { continue }
      places[group.name, default: []].append(String(path.dropFirst(base.path.count + 1)))
    }
    return places.sorted { $0.key < $1.key }.map { name, sources in
      "group \(name) of \(Self.list(sources)) is off: \(way)\(name)"
    }
  }

  /// `a, b and 7 more`.
  private static func list(_ names: [String]) -> String {
    let rest = names.count - 3
    return names.prefix(3).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
