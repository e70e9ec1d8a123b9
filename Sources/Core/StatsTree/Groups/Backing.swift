public import Statistics

/// Reads the values of one or more groups.
///
/// A pass is one sampling of all groups. A pass calls each backing once with all of the backing's
/// groups, so that the backing can read them together. `sample` must not allocate memory or use
/// dictionaries, strings or error objects. Passes over one tree never run at the same time. An
/// owner that changes its backing from another thread must do so while no pass runs, for example in
/// `Tree.betweenPasses`.
public protocol Backing: AnyObject {
  /// Whether `sample` can wait for another process; a pass calls such backings last.
  var mayWait: Bool { get }

  /// Reads the groups into their records, and sets the window and status of each record.
  ///
  /// A record that the backing neither finishes nor fails becomes stale: the words and the window
  /// of the previous sample stay.
  func sample(_ placements: [Placement], into snapshot: inout Snapshot)

  /// Returns `true` if `clear` can set a statistic of a group to zero; `token` identifies the
  /// group.
  func canClear(_ token: Int, _ statistic: Statistic) -> Bool

  /// Sets a statistic of a group to zero for all readers, if the origin of the statistic permits
  /// this.
  func clear(_ token: Int, _ statistic: Statistic) -> Clearing
}

/// The result of setting a statistic to zero.
public enum Clearing: Hashable, Sendable {
  case cleared
  /// The statistic is a level, or its origin provides no way to clear it (EPERM).
  case notPermitted
  /// The system call that clears the statistic failed with this `errno` value.
  case failed(code: Int32)
}

extension Backing {
  public var mayWait: Bool { false }

  public func canClear(_ token: Int, _ statistic: Statistic) -> Bool { false }

  public func clear(_ token: Int, _ statistic: Statistic) -> Clearing { .notPermitted }
}
