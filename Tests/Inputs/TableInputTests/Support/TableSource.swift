import SharedTable
import Statistics
import StatsTesting
import StatsTree
import TableInput

/// Records of a shared table for the suite, published and read in one process.
struct TableSource: RecordSource {
  func makeRecords(_ fields: [ConformanceField]) throws -> (any ConformanceRecords)? {
    try TableRecords(fields)
  }
}

private final class TableRecords: ConformanceRecords {
  let schema: Schema
  private let publisher: Publisher
  private let source: PublishedSource
  private let reader: Reader
  private let table: TableBacking
  private var records: [Int: Record] = [:]

  var backing: any Backing { table }

  init(_ fields: [ConformanceField]) throws {
    publisher = try Publisher(.unnamed)
    source = try publisher.addSource("records")
    reader = try Reader(of: try publisher.descriptorForReader(), file: "test")
    table = TableBacking(reader)
    // Use the schema as a reader decodes it from the table.
    let record = try publisher.addRecord(
      "first", schema: Schema(packing: fields.map(\.statistic)), to: source, isOnDemand: false)
    reader.refresh()
    schema = try Self.group("first", reader).schema
    try publisher.remove(record)
  }

  private static func group(_ name: String, _ reader: Reader) throws -> TableGroup {
    guard let group = reader.groups.first(where: { $0.name == name }) else {
      throw MissingGroupError()
    }
    return group
  }

  private struct MissingGroupError: Error {}

  func add(_ values: [UInt64]) throws -> Int {
    let name = "record \(records.count)"
    let record = try publisher.addRecord(
      name, schema: schema, to: source, consistency: .latched, isOnDemand: false)
    record.replace(values.span)
    reader.refresh()
    let token = table.open(try Self.group(name, reader))
    records[token] = record
    return token
  }

  func set(_ token: Int, _ values: [UInt64]) {
    records[token]?.replace(values.span)
  }

  func end(_ token: Int) throws {
    if let record = records[token] { try publisher.remove(record) }
  }
}
