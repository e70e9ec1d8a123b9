import Statistics
import StatsTree

/// Provides the tree in which one rule is checked, and collects the violations of the rule.
final class RuleStage {
  /// Thrown if a rule cannot be checked with the records of this source.
  struct SkipError: Error {
    let reason: String
  }

  let tree = Tree()
  let sampler: Sampler
  private(set) var omitted: Set<String> = []
  private let source: any RecordSource
  private let kept: Set<String>
  private var violations: [String] = []
  private var sourceCount = 0

  init(_ source: any RecordSource, kept: Set<String>) {
    self.source = source
    self.kept = kept
    sampler = Sampler(tree)
  }

  /// Checks a rule and returns the result.
  ///
  /// A rule that would be skipped counts as violated if the source could not keep a field because
  /// of an error.
  func run(_ check: TreeConformance.Check, errors: [String]) -> ConformanceRule.Outcome {
    do {
      try check.body(self)
    } catch let skip as SkipError {
      if violations.isEmpty, errors.isEmpty { return .skipped(reason: skip.reason) }
      violations += errors
    } catch {
      violations.append("\(error)")
    }
    return violations.isEmpty ? .passed : .violated(violations)
  }

  // MARK: - Finding

  func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { violations.append(sentence()) }
  }

  func expect<Value: Equatable>(_ value: Value, is expected: Value, _ what: String) {
    expect(value == expected, "\(what) is \(value), not \(expected)")
  }

  /// Reports a violation if a value differs from the expected value; `nil` means no value.
  func expect<Value: Equatable>(_ value: Value?, is expected: Value?, _ what: String) {
    func text(_ value: Value?) -> String { value.map { "\($0)" } ?? "nothing" }
    expect(value == expected, "\(what) is \(text(value)), not \(text(expected))")
  }

  /// Reports a violation if `body` throws another error or no error, or if it changes the tree.
  func expect(_ error: TreeError, _ what: String, _ body: () throws(TreeError) -> Void) {
    let generation = tree.generation
    do throws(TreeError) {
      try body()
      violations.append("\(what) is not an error")
    } catch let thrown {
      expect(thrown, is: error, what)
    }
    expect(tree.generation, is: generation, "the generation after \(what)")
  }

  // MARK: - Records

  /// Creates records with those of the fields that the source can keep.
  func records(_ fields: [ConformanceField]) throws -> RuleRecords {
    let fitting = fields.filter { kept.contains($0.name) }
    omitted.formUnion(fields.map(\.name).filter { !kept.contains($0) })
    guard !fitting.isEmpty else {
      throw SkipError(
        reason: "the source cannot keep \(fields.map(\.name).joined(separator: ", "))")
    }
    return try records(exactly: fitting, named: fitting.map(\.name))
  }

  /// Creates records whose fields have other names.
  func records(exactly fields: [ConformanceField], named names: [String]) throws -> RuleRecords {
    let named = zip(fields, names).map { field, name in
      ConformanceField(name, field.width, field.kind, states: field.states)
    }
    guard let made = try source.makeRecords(named) else {
      throw SkipError(reason: "the source cannot keep records of \(names.joined(separator: ", "))")
    }
    let statistics = made.schema.statistics
    expect(statistics.map(\.name), is: names, "the names in the schema")
    expect(statistics.map(\.kind), is: named.map(\.kind), "the kinds in the schema")
    expect(statistics.map(\.isSigned), is: named.map(\.width.isSigned), "the signs in the schema")
    expect(
      statistics.map(\.unit), is: named.map(\.statistic.unit), "the units in the schema")
    return RuleRecords(made, fields)
  }

  /// Returns `true` if the source can keep a field.
  func keeps(_ field: ConformanceField) -> Bool { kept.contains(field.name) }

  // MARK: - The tree

  /// Adds a source with a new name below another source, or below the root.
  func add(below parent: Source? = nil, isHidden: Bool = false, owner: UInt32? = nil)
    throws -> Source
  {
    sourceCount += 1
    return try tree.add("s\(sourceCount)", below: parent, owner: owner, isHidden: isHidden)
  }

  @discardableResult
  func attach(
    _ records: RuleRecords, _ token: Int, as name: String = "all", to source: Source,
    isHidden: Bool = false
  ) throws(TreeError) -> Group {
    try tree.attach(
      name, schema: records.schema, backing: records.backing, token: token,
      provenance: .simulated, to: source, isHidden: isHidden)
  }

  /// Returns the family of the groups of records, even if no source of the tree has such a group
  /// yet.
  func family(_ records: RuleRecords, as name: String = "all") throws -> Family {
    let nowhere = try tree.makeSource("nowhere")
    let token = try records.add(.a)
    return try attach(records, token, as: name, to: nowhere).family
  }
}

/// Records that have those fields of a rule which the source can keep.
final class RuleRecords {
  private let records: any ConformanceRecords
  private let fields: [ConformanceField]

  init(_ records: any ConformanceRecords, _ fields: [ConformanceField]) {
    self.records = records
    self.fields = fields
  }

  var backing: any Backing { records.backing }
  var schema: Schema { records.schema }
  var isClearable: Bool { records.isClearable }

  func add(_ values: ConformanceValues) throws -> Int {
    try records.add(fields.map { values[$0.name] })
  }

  func set(_ token: Int, _ values: ConformanceValues) throws {
    try records.set(token, fields.map { values[$0.name] })
  }

  func end(_ token: Int) throws { try records.end(token) }

  /// Returns the statistic of a field, or `nil` if the source cannot keep it.
  func statistic(_ field: ConformanceField) -> Statistic? {
    fields.firstIndex(of: field).map { schema.statistics[$0] }
  }
}
