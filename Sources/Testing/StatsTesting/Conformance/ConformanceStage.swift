import Statistics
import StatsTree

/// A tree in which each group of a backing is between two guards.
///
/// A guard is a group of another backing. The guards are read first. If the record of a guard then
/// changes, the checked backing has written it.
final class ConformanceStage {
  private static let guardWords: [UInt64] = [0x6775_6172_6400_0001, 0x6775_6172_6400_0002]
  private static let guardSchema = Schema(packing: [
    Statistic("low", .instant), Statistic("high", .instant),
  ])

  let sampler: Sampler
  private let tree = Tree()
  private let backing: any Backing
  private let guards = InMemoryBacking()
  private var guardCount = 0
  private let first: Source

  init(_ backing: any Backing, _ groups: [(token: Int, schema: Schema)]) {
    self.backing = backing
    // This source is the first in the order of the tree. `shift` adds groups to it later.
    first = tree.source("first")
    sampler = Sampler(tree)
    addGuard(to: first)
    let base = tree.source("groups")
    for (position, group) in groups.enumerated() {
      let source = tree.source("groups/\(position)")
      attach(group.schema, group.token, to: source)
      addGuard(to: source)
    }
    addGuard(to: base)
  }

  private func attach(_ schema: Schema, _ token: Int, to source: Source) {
    // The call does not fail, because a new source accepts any group.
    _ = try? tree.attach(
      "checked", schema: schema, backing: backing, token: token, provenance: .simulated,
      to: source)
  }

  /// Moves every record of the backing to another placement; guards take the old placements.
  func shift() {
    let moving = entries.map(\.group)
    for group in moving { tree.detach(group) }
    for group in moving {
      let words = Array(repeating: Self.guardWords[0], count: group.schema.wordCount)
      _ = try? tree.attach(
        "occupant", schema: group.schema, backing: guards, token: guards.add(.words(words)),
        provenance: .simulated, to: first)
    }
    for group in moving { attach(group.schema, group.token, to: group.source) }
  }

  /// The entries of the backing's groups, in the order in which the groups were given.
  var entries: [Plan.Entry] {
    sampler.plan.entries.filter { $0.group.backing === backing }
  }

  /// The paths and IDs of the guards whose records changed.
  var brokenGuards: [String] {
    sampler.plan.entries.compactMap { entry in
      guard entry.group.backing === guards else { return nil }
      let words = entry.group.schema.statistics.flatMap { statistic in
        (0..<statistic.size).map { sampler.value(statistic, of: entry, word: $0) }
      }
      let isOwn =
        entry.group.name == "guard"
        ? words == Self.guardWords : words.allSatisfy { $0 == Self.guardWords[0] }
      let isWhole = isOwn && sampler.status(of: entry) == .up
      return isWhole ? nil : "\(entry.source.path) \(entry.group.id)"
    }
  }

  private func addGuard(to source: Source) {
    guardCount += 1
    _ = try? tree.attach(
      "guard", schema: Self.guardSchema, backing: guards,
      token: guards.add(.words(Self.guardWords)),
      provenance: .simulated, to: source)
  }
}
