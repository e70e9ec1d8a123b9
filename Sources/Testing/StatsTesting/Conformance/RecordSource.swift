public import Statistics
public import StatsTree

/// Makes the records with which `TreeConformance` checks a backing.
public protocol RecordSource {
  /// A new backing of records with these fields, which has none yet.
  ///
  /// - Returns: nil where it cannot keep such records; what needs them is skipped.
  func makeRecords(_ fields: [ConformanceField]) throws -> (any ConformanceRecords)?
}

/// Records with the same fields, and the backing that reads them.
///
/// Values are words in the order of the fields, extended by sign or zeros as they are expected to
/// be read; of a boolean 0 or 1. What is written is read by the next pass.
public protocol ConformanceRecords: AnyObject {
  var backing: any Backing { get }
  /// What the backing's records mean: a statistic of one word for each field, in their order.
  var schema: Schema { get }
  /// Whether `Backing.clear` sets counts to zero.
  var isClearable: Bool { get }

  /// A record more: the token that the backing knows it by.
  func add(_ values: [UInt64]) throws -> Int

  func set(_ token: Int, _ values: [UInt64]) throws

  /// Ends a record; its group is still attached.
  func end(_ token: Int) throws
}

extension ConformanceRecords {
  public var isClearable: Bool { false }
}
