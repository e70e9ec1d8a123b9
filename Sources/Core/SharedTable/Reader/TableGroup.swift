public import Statistics

/// Describes a group of a table.
public struct TableGroup: Sendable {
  public let id: UInt64
  /// The id of the source that the group belongs to.
  public let source: UInt64
  public let name: String
  public let schema: Schema
  /// The number of copies; 1 for a relaxed group, more for a latched group.
  public let copyCount: Int
  /// Whether the publisher updates the group only while a reader has enabled it.
  public let isOnDemand: Bool
  /// The start time of counting, in nanoseconds of CLOCK_MONOTONIC.
  public let start: UInt64
  /// The size of the group's block in bytes.
  ///
  /// The block of an on-demand group contains no values.
  public let byteCount: Int
  /// The location of the group; a sample needs nothing else.
  public let slot: Slot

  /// The location of a group in a table.
  ///
  /// The reader has checked all offsets.
  public struct Slot: Sendable {
    let id: UInt64
    let isOnDemand: Bool
    let block: Int
    let values: Int
    let stride: Int
    let mask: Int
    let copySize: Int
    let wordCount: Int

    /// The offset of the end of the last copy, in the table or in the on-demand segment.
    var end: Int { values + mask * stride + copySize + wordCount * 8 }
  }
}

/// The outcome of sampling a group.
public enum TableSample: Hashable, Sendable {
  /// The words are valid: in a latched group they are from one update, in a relaxed group each word
  /// is consistent by itself.
  ///
  /// The window is `nil` if the publisher stored no window. The values were then current when they
  /// were read.
  case up(Window?)
  /// The words were read, but according to the publisher's status they are not current.
  case notCurrent(TableStatus)
  /// No reader has enabled the on-demand group, or its values are not mapped.
  ///
  /// The words are undefined.
  case disabled
  /// Updates were faster than the reader; the words are undefined.
  case busy
  /// The group was removed; the words are undefined.
  case removed
  /// The file was truncated. No word of the table is valid any more.
  case broken
}
