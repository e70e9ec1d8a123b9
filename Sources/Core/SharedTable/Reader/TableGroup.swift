public import Statistics

/// A group of a table.
public struct TableGroup: Sendable {
  public let id: UInt64
  /// The id of its source.
  public let source: UInt64
  public let name: String
  public let schema: Schema
  /// The number of copies; 1 for a relaxed group, more for a latched group.
  public let copyCount: Int
  /// Whether the publisher updates the group only while a reader has enabled it.
  public let isOnDemand: Bool
  /// The start time of counting, in nanoseconds of CLOCK_MONOTONIC.
  public let start: UInt64
  /// The size of its block, including the values if the group is not on demand.
  public let byteCount: Int
  /// The location of the group: all that a sample needs.
  public let slot: Slot

  /// The location of a group in a table, checked once.
  public struct Slot: Sendable {
    let id: UInt64
    let isOnDemand: Bool
    let block: Int
    let values: Int
    let stride: Int
    let mask: Int
    let copySize: Int
    let wordCount: Int

    /// The end of the last copy, from the start of the table or of the on-demand segment.
    var end: Int { values + mask * stride + copySize + wordCount * 8 }
  }
}

/// The outcome of sampling a group.
public enum TableSample: Hashable, Sendable {
  /// The words are one complete update or, in a relaxed group, individually consistent.
  ///
  /// The window is `nil` if the publisher states none: the words were true when they were read.
  case up(Window?)
  /// The words are those of the sample, but the publisher's status says that they are not current.
  case notCurrent(TableStatus)
  /// No reader has enabled the on-demand group, or it is not mapped; the words are undefined.
  case disabled
  /// Updates were faster than the reader; the words are undefined.
  case busy
  /// The group was removed; the words are undefined.
  case removed
  /// The file was truncated; no word of the table is valid any more.
  case broken
}
