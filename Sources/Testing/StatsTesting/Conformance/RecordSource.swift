public import Statistics
public import StatsTree

/// Creates the backings and records with which `TreeConformance` checks a tree.
public protocol RecordSource {
  /// Creates a backing for records with these fields.
  ///
  /// The backing has no records yet.
  ///
  /// - Returns: `nil` if the source cannot keep such records; the rules that need these fields are
  ///   then skipped.
  func makeRecords(_ fields: [ConformanceField]) throws -> (any ConformanceRecords)?
}

/// Records with the same fields, and the backing that reads these records.
///
/// The values of a record are words in the order of the fields, extended by sign or by zeros, as
/// the backing should read them. A boolean is 0 or 1. The next pass (sampling of all groups) reads
/// the values that were written before.
public protocol ConformanceRecords: AnyObject {
  var backing: any Backing { get }
  /// The schema of the records: a statistic of one word for each field, in the order of the fields.
  var schema: Schema { get }
  /// Whether `Backing.clear` sets counts to zero.
  var isClearable: Bool { get }

  /// Adds a record and returns the token by which the backing knows the record.
  func add(_ values: [UInt64]) throws -> Int

  func set(_ token: Int, _ values: [UInt64]) throws

  /// Ends a record; the group of the record stays attached.
  func end(_ token: Int) throws
}

extension ConformanceRecords {
  public var isClearable: Bool { false }
}
