public import Statistics

/// Statistics of many equal things that come and go: a row for each, told by one or two keys.
///
/// A row is a source below the table's own, with a group for each of the table's parts. Looked at by
/// object it is a path, `host/cpu3`; looked at by statistic, the rows are those of a family
/// (`Tree.groups(of:)`). A table may be sparse: what is not there has no row. To add a row costs as
/// many steps as the table has parts, however many statistics they have.
///
/// ```swift
/// let devices = KeyedTable(
///   of: KeyFields("device"), below: net, in: tree,
///   parts: [KeyedTable.Part("traffic", schema: schema, backing: counters, provenance: .procfs)])
/// try devices.add(["eth0"], tokens: [counters.open("eth0")])
/// ```
///
/// It may be used from any thread.
public final class KeyedTable: Sendable {
  /// A group that every row has.
  public struct Part: @unchecked Sendable {
    public let name: String
    public let schema: Schema
    // Passes over a tree take turns to ask it.
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
  private let tree: Tree
  private let parts: [Part]

  public init(of fields: KeyFields, below source: Source, in tree: Tree, parts: [Part]) {
    self.fields = fields
    self.source = source
    self.tree = tree
    self.parts = parts
  }

  /// The row with these values, or nil where there is none.
  ///
  /// - Complexity: O(1).
  public subscript(values: String...) -> Source? { row(values) }

  private func row(_ values: [String]) -> Source? {
    guard let found = source.child(fields.name(values)), found.fields == fields else { return nil }
    return found
  }

  /// The rows, in the order in which they came.
  public var rows: [Source] { source.children.filter { $0.fields == fields } }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - values: those of the keys.
  ///   - tokens: what the backings know the row's groups by, in the order of the parts.
  ///   - created: when it came, in nanoseconds of CLOCK_MONOTONIC.
  /// - Returns: the row's source.
  /// - Throws: `nameClash` where there is such a row or a source with its name.
  /// - Precondition: there is a value for each key and a token for each part.
  @discardableResult
  public func add(
    _ values: [String], tokens: [Int], created: UInt64 = 0
  ) throws(TreeError) -> Source {
    precondition(tokens.count == parts.count, "\(tokens.count) tokens for \(parts.count) groups")
    let row = try tree.makeSource(values, of: fields, created: created)
    for (part, token) in zip(parts, tokens) {
      try tree.attach(
        part.name, schema: part.schema, backing: part.backing, token: token,
        provenance: part.provenance, to: row)
    }
    // At once with all of its groups.
    try tree.add(row, below: source)
    return row
  }

  /// Removes a row; aggregates keep what it had counted.
  ///
  /// - Returns: whether it was there.
  @discardableResult
  public func remove(_ values: [String]) -> Bool {
    guard let row = row(values) else { return false }
    row.status = .gone
    tree.remove(row)
    return true
  }

  /// Makes the table have these rows and no others.
  ///
  /// - Parameters:
  ///   - present: the values of each row's keys.
  ///   - tokens: opens what a new row needs: what the backings know its groups by.
  ///   - leaving: closes what a row had; called when its groups are no part of passes any more.
  /// - Throws: `nameClash`; the rows before the one with the clash are as they should be.
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
