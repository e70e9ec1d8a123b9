/// A change of the set of sources or groups in a tree.
public struct Change: Sendable {
  public enum Kind: Hashable, Sendable {
    case sourceJoined
    case sourceLeft
    /// A group was attached to a source of the tree, or the group's source was added to the tree.
    case groupJoined
    case groupLeft
    /// A source is now in other aggregates than before, so readers must find the members of all
    /// aggregates again.
    case rearranged
  }

  public let kind: Kind
  public let source: Source
  /// The group that joined or left; `nil` if the change concerns only a source.
  public let group: Group?
}

/// Keeps the most recent changes of a tree, so that readers can update their data incrementally.
struct ChangeLog {
  /// The log keeps at least this number of the most recent changes.
  ///
  /// A reader that missed more changes reads the whole tree again, because this costs no more than
  /// to apply some thousands of changes.
  static let capacity = 4096
  private var changes: [Change] = []
  /// The generation of the tree (`Tree.generation`) after the first change in `changes`.
  private var first: UInt64 = 2

  mutating func append(_ change: Change, _ number: UInt64) {
    // The log removes this number of changes at once, so that the amortized cost of an append is
    // constant.
    if changes.count >= 2 * Self.capacity {
      changes.removeFirst(Self.capacity)
      first = number - UInt64(changes.count)
    }
    changes.append(change)
  }

  /// Returns the changes since a generation of the tree, or `nil` if the log no longer contains all
  /// of these changes.
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
