/// Where a group's record lies in a snapshot.
public struct Placement: Hashable, Sendable {
  /// The group's position in the plan.
  public let index: Int
  /// The first word of its record.
  public let offset: Int
  /// The words of its record.
  public let count: Int
  /// What the backing knows the group by.
  public let token: Int
}

/// Yields the numbers of one or many groups.
///
/// A pass asks each backing once for all of its groups, so that a backing of many groups can read
/// them together. On this path there is no allocation, dictionary, string or error object.
public protocol Backing: AnyObject {
  /// Whether sampling may wait for another process; such backings are asked last.
  var mayWait: Bool { get }

  /// Reads the groups into their records, and says of each the window and status.
  ///
  /// A record that is neither finished nor failed is stale: it keeps its last words and window.
  func sample(_ placements: [Placement], into snapshot: inout Snapshot)
}

extension Backing {
  public var mayWait: Bool { false }
}
