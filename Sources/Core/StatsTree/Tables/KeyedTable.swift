public import Statistics

/// A table of objects that come and go; each object has a row, which one or two keys identify.
///
/// A row is a source below the table's own source, and has a group for each part of the table. A
/// row has a path, such as `host/cpu3`. `Tree.groups(of:)` returns the rows of a statistic, which
/// are the groups of a family. An object without values has no row. The cost of adding a row
/// depends on the number of parts, not on the number of statistics.
///
/// ```swift
/// let devices = KeyedTable(
///   of: KeyFields("device"), below: net, in: tree,
///   parts: [KeyedTable.Part("traffic", schema: schema, backing: counters, provenance: .procfs)])
/// try devices.add(["eth0"], tokens: [counters.open("eth0")])
/// ```
///
/// Thread-safe.
public final class KeyedTable: Sendable {
  /// Describes a group that every row has.
  public struct Part: @unchecked Sendable {
    public let name: String
    public let schema: Schema
    // Passes over one tree never run at the same time, so there are no concurrent calls of the
    // backing.
    public let backing: any Backing
    public let provenance: Provenance

    public init(
      _ name: String, schema: Schema, backing: any Backing, provenance: Provenance
    ) {
      self.name = name
      self.schema = schema
      self.backing = backing
      self.provenance = provenance
    }
  }

  public let fields: KeyFields
  public let source: Source
  /// The role of each row.
  public let role: SourceRole
  private let tree: Tree
  private let parts: [Part]

  public init(
    of fields: KeyFields, below source: Source, role: SourceRole = .other, in tree: Tree,
    parts: [Part]
  ) {
    self.fields = fields
    self.source = source
    self.role = role
    self.tree = tree
    self.parts = parts
  }

  /// Returns the row whose keys have these values, or `nil` if there is none.
  ///
  /// - Complexity: O(1).
  public subscript(values: String...) -> Source? { row(values) }

  private func row(_ values: [String]) -> Source? {
    guard let found = source.child(fields.name(values)), found.fields == fields else { return nil }
    return found
  }

  /// The rows, in the order in which they were added.
  public var rows: [Source] { source.children.filter { $0.fields == fields } }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - values: The values of the keys.
  ///   - tokens: The IDs by which the backings know the row's groups, in the order of the parts.
  ///   - created: The time at which the object was created, in nanoseconds of CLOCK_MONOTONIC.
  /// - Returns: The source of the row.
  /// - Throws: `nameClash` if the table already has such a row, or a source of the same name
  ///   exists.
  /// - Precondition: There is a value for each key and a token for each part.
  @discardableResult
  public func add(
    _ values: [String], tokens: [Int], created: UInt64 = 0
  ) throws(TreeError) -> Source {
    precondition(tokens.count == parts.count, "\(tokens.count) tokens for \(parts.count) groups")
    let row = try tree.makeSource(values, of: fields, role: role, created: created)
    for (part, token) in zip(parts, tokens) {
      try tree.attach(
        part.name, schema: part.schema, backing: part.backing, token: token,
        provenance: part.provenance, to: row)
    }
    // The row is added last, so that it appears with all of its groups at once.
    try tree.add(row, below: source)
    return row
  }

  /// Removes a row.
  ///
  /// Aggregates keep the totals of the row.
  ///
  /// - Returns: `true` if the row existed.
  @discardableResult
  public func remove(_ values: [String]) -> Bool {
    guard let row = row(values) else { return false }
    row.status = .gone
    tree.remove(row)
    return true
  }

  /// Removes all rows that `present` does not have, and adds rows that are missing.
  ///
  /// - Parameters:
  ///   - present: The rows that the table should have, each as the values of its keys.
  ///   - tokens: Opens the groups of a new row and returns the IDs by which the backings know them.
  ///   - leaving: Closes the groups of a removed row. No pass reads these groups any more.
  /// - Throws: `nameClash` for a row that cannot be added. All rows before this row are up to date.
  public func update(
    _ present: [[String]], tokens: ([String]) -> [Int], leaving: ([String]) -> Void = { _ in }
  ) throws(TreeError) {
    let names = Set(present.map(fields.name))
    for row in rows where !names.contains(row.name) {
      guard let values = fields.values(in: row.name) else { continue }
      remove(values)
      leaving(values)
    }
    for values in present where row(values) == nil { try add(values, tokens: tokens(values)) }
  }
}
