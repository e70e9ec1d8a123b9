public import Statistics

/// Reads the values of one or more groups.
///
/// A pass calls each backing once with all of its groups, so that the backing can read them
/// together. `sample` must not allocate memory or use dictionaries, strings or error objects.
/// Passes over one tree are serialized. An owner that changes its backing from another thread
/// synchronizes with the pass, for example by `Tree.betweenPasses`.
public protocol Backing: AnyObject {
  /// Whether `sample` may wait for another process; such backings are called last.
  var mayWait: Bool { get }

  /// Reads the groups into their records and sets the window and status of each.
  ///
  /// A record that is neither finished nor failed becomes stale: it keeps its last words and
  /// window.
  func sample(_ placements: [Placement], into snapshot: inout Snapshot)

  /// Returns `true` if `clear` can set a statistic of a group to zero.
  func canClear(_ token: Int, _ statistic: Statistic) -> Bool

  /// Sets a statistic of a group to zero for all its readers, if its origin permits that.
  func clear(_ token: Int, _ statistic: Statistic) -> Clearing
}

/// The result of setting a statistic to zero.
public enum Clearing: Hashable, Sendable {
  case cleared
  /// The statistic is a level, or its origin has no means to clear it (EPERM).
  case notPermitted
  /// The system call failed with this `errno` value.
  case failed(code: Int32)
}

extension Backing {
  public var mayWait: Bool { false }

  public func canClear(_ token: Int, _ statistic: Statistic) -> Bool { false }

  public func clear(_ token: Int, _ statistic: Statistic) -> Clearing { .notPermitted }
}
