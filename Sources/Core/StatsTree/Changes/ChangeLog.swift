/// A change of a tree's membership.
public struct Change: Sendable {
  public enum Kind: Hashable, Sendable {
    case sourceJoined
    case sourceLeft
    /// A group was attached, or its source joined.
    case groupJoined
    case groupLeft
    /// A source counts in other aggregates than before; readers determine all memberships again.
    case rearranged
  }

  public let kind: Kind
  public let source: Source
  /// The group that joined or left; `nil` for a change of a source.
  public let group: Group?
}

/// The most recent changes of a tree, for incremental updates of readers.
struct ChangeLog {
  /// The minimum number of changes kept.
  ///
  /// A reader that missed more scans the whole tree, which costs no more than some thousands of
  /// changes.
  static let capacity = 4096
  private var changes: [Change] = []
  /// The number of the first change in `changes`.
  private var first: UInt64 = 2

  mutating func append(_ change: Change, _ number: UInt64) {
    // Removing half at once makes the amortized cost of an append constant.
    if changes.count >= 2 * Self.capacity {
      changes.removeFirst(Self.capacity)
      first = number - UInt64(changes.count)
    }
    changes.append(change)
  }

  /// Returns the changes after a generation, or `nil` if some of them were discarded.
  func since(_ generation: UInt64) -> [Change]? {
    guard generation + 1 >= first else { return nil }
    let seen = generation + 1 - first
    guard seen <= UInt64(changes.count) else { return nil }
    return Array(changes[Int(seen)...])
  }

  mutating func removeAll() {
    first += UInt64(changes.count)
    changes = []
  }
}
