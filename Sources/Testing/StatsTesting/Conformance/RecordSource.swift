public import Statistics
public import StatsTree

/// Creates the records with which `TreeConformance` checks a backing.
public protocol RecordSource {
  /// Creates a backing for records with these fields.
  ///
  /// It has no records yet.
  ///
  /// - Returns: `nil` if it cannot keep such records; the rules that need them are skipped.
  func makeRecords(_ fields: [ConformanceField]) throws -> (any ConformanceRecords)?
}

/// Records with the same fields, and the backing that reads them.
///
/// Values are words in the order of the fields, extended by sign or by zeros, as the backing should
/// read them; a boolean is 0 or 1. The next pass reads what was written.
public protocol ConformanceRecords: AnyObject {
  var backing: any Backing { get }
  /// The schema of the records: a statistic of one word for each field, in their order.
  var schema: Schema { get }
  /// Whether `Backing.clear` sets counts to zero.
  var isClearable: Bool { get }

  /// Adds a record and returns the backing's token.
  func add(_ values: [UInt64]) throws -> Int

  func set(_ token: Int, _ values: [UInt64]) throws

  /// Ends a record; its group stays attached.
  func end(_ token: Int) throws
}

extension ConformanceRecords {
  public var isClearable: Bool { false }
}
