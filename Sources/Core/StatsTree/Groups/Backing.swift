public import Statistics

/// Yields the numbers of one or many groups.
///
/// A pass asks each backing once for all of its groups, so that a backing of many groups can read
/// them together. On this path there is no allocation, dictionary, string or error object. Passes
/// over one tree take turns; what the backing's owner changes meanwhile from another thread is
/// theirs to guard, as by `Tree.betweenPasses`.
public protocol Backing: AnyObject {
  /// Whether sampling may wait for another process; such backings are asked last.
  var mayWait: Bool { get }

  /// Reads the groups into their records, and says of each the window and status.
  ///
  /// A record that is neither finished nor failed is stale: it keeps its last words and window.
  func sample(_ placements: [Placement], into snapshot: inout Snapshot)

  /// Whether `clear` has a way to set a count of a group to zero.
  func canClear(_ token: Int, _ statistic: Statistic) -> Bool

  /// Sets a statistic of a group to zero for all its readers, where the source allows that.
  func clear(_ token: Int, _ statistic: Statistic) -> Clearing
}

/// What became of the wish to set a statistic to zero.
public enum Clearing: Hashable, Sendable {
  case cleared
  /// It may not be cleared: it is a level, or its source has no way to (EPERM).
  case notPermitted
  /// The system refused with this `errno` value.
  case failed(code: Int32)
}

extension Backing {
  public var mayWait: Bool { false }

  public func canClear(_ token: Int, _ statistic: Statistic) -> Bool { false }

  public func clear(_ token: Int, _ statistic: Statistic) -> Clearing { .notPermitted }
}
