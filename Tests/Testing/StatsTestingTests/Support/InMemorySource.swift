import Statistics
import StatsTesting
import StatsTree

/// Records of `InMemoryBacking` for the suite, without the fields that it lacks.
struct InMemorySource: RecordSource {
  var lacks: Set<String> = []

  func makeRecords(_ fields: [ConformanceField]) -> (any ConformanceRecords)? {
    fields.contains { lacks.contains($0.name) } ? nil : InMemoryRecords(fields)
  }
}

private final class InMemoryRecords: ConformanceRecords {
  let schema: Schema
  private let memory = InMemoryBacking()
  var backing: any Backing { memory }

  init(_ fields: [ConformanceField]) {
    schema = Schema(packing: fields.map(\.statistic))
  }

  func add(_ values: [UInt64]) -> Int { memory.add(.words(values)) }
  func set(_ token: Int, _ values: [UInt64]) { memory.set(token, .words(values)) }
  func end(_ token: Int) { memory.set(token, .fails(.gone)) }
}
