/// A change of a tree's membership.
public struct Change: Sendable {
  public enum Kind: Hashable, Sendable {
    case sourceJoined
    case sourceLeft
    /// A group came with its schema: attached, or with the source that has it.
    case groupJoined
    case groupLeft
    /// A source counts into another aggregate now; memberships are to be found anew.
    case rearranged
  }

  public let kind: Kind
  public let source: Source
  /// The group that joined or left; nil of a source.
  public let group: Group?
}

/// The last changes of a tree, so that a reader need not look at all of it again.
struct ChangeLog {
  /// A reader that is more changes behind looks at everything; beyond some thousands that costs
  /// no more.
  static let capacity = 4096
  private var changes: [Change] = []
  /// The number of the first change in `changes`.
  private var first: UInt64 = 2

  mutating func append(_ change: Change, _ number: UInt64) {
    // Half goes at once, so that each append costs the same on average.
    if changes.count >= 2 * Self.capacity {
      changes.removeFirst(Self.capacity)
      first = number - UInt64(changes.count)
    }
    changes.append(change)
  }

  /// What came after a generation, or nil where some of it was let go of.
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
