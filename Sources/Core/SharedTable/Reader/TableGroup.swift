public import Statistics

/// A group of a table.
public struct TableGroup: Sendable {
  public let id: UInt64
  /// The id of its source.
  public let source: UInt64
  public let name: String
  public let schema: Schema
  /// 1 is relaxed; more is latched.
  public let copyCount: Int
  /// Whether it is kept only while a reader asks for it.
  public let isOnDemand: Bool
  /// Since when it counts, in nanoseconds of CLOCK_MONOTONIC.
  public let start: UInt64
  /// What its block takes, and its values in the annex.
  public let byteCount: Int
  /// Where the reader finds it: all that a sample needs.
  public let slot: Slot

  /// Where a group lies in a table, checked once.
  public struct Slot: Sendable {
    let id: UInt64
    let isOnDemand: Bool
    let block: Int
    let values: Int
    let stride: Int
    let mask: Int
    let copySize: Int
    let wordCount: Int

    /// The end of the last copy, from the start of the table or the annex.
    var end: Int { values + mask * stride + copySize + wordCount * 8 }
  }
}

/// What came of reading a group once.
public enum TableSample: Hashable, Sendable {
  /// The words are a whole update, or each for itself where the group is relaxed. The window is nil
  /// where the publisher gives none: then it is the time of reading.
  case up(Window?)
  /// The words are those of the sample; the publisher says that they are not up to date.
  case old(TableStatus)
  /// Nobody asks for the group: the words are none, all are inactive.
  case asleep
  /// Updates came faster than they could be read: the words are none.
  case busy
  /// The group is no longer there: the words are none.
  case removed
  /// The file got shorter: nothing of it counts any more.
  case broken
}
