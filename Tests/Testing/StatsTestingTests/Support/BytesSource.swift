import Statistics
import StatsTesting
import StatsTree

/// Records of bytes for the suite, packed without gaps, so that most fields have odd offsets.
struct BytesSource: RecordSource {
  var isClearable = true

  func makeRecords(_ fields: [ConformanceField]) -> (any ConformanceRecords)? {
    BytesRecords(fields, isClearable: isClearable)
  }
}

private final class BytesRecords: ConformanceRecords {
  let isClearable: Bool
  private let widths: [RecordWidth]
  private let records: RecordBacking<Bytes>
  private var bytes: [Int: Bytes] = [:]

  var backing: any Backing { records }
  var schema: Schema { records.schema }

  init(_ fields: [ConformanceField], isClearable: Bool) {
    self.isClearable = isClearable
    widths = fields.map(\.width)
    var offset = 1
    var placed: [RecordField<Bytes>] = []
    for field in fields {
      placed.append(
        RecordField(field.name, field.width, at: offset, field.kind, states: field.states))
      offset += field.width.byteCount
    }
    records = backed(by: placed, isClearable: isClearable)
  }

  func add(_ values: [UInt64]) throws -> Int {
    let record = Bytes(1 + widths.reduce(0) { $0 + $1.byteCount })
    store(values, in: record)
    let token = try records.add(record)
    bytes[token] = record
    return token
  }

  func set(_ token: Int, _ values: [UInt64]) {
    if let record = bytes[token] { store(values, in: record) }
  }

  func end(_ token: Int) {
    records.remove(token)
    bytes[token] = nil
  }

  private func store(_ values: [UInt64], in record: Bytes) {
    var offset = 1
    for (value, width) in zip(values, widths) {
      record.store(value, width, at: offset)
      offset += width.byteCount
    }
  }
}
