import CVitals
import LinuxSystem
import Statistics
import StatsChecks

extension FindingList {
  /// T2 to T9: where things lie.
  mutating func checkLayout(_ reader: Reader, _ look: TableObservation) {
    let length = reader.mappedByteCount
    check(
      "T2", "the file is as long as its blocks", reader.usedByteCount <= length,
      "the blocks end at \(reader.usedByteCount), the file at \(length)")
    let end = look.blocks.last.map { $0.offset + $0.size } ?? Int(reader.header.first_block)
    let broken = reader.flaws.map(\.description)
    check(
      "T3", "blocks lie one behind the other up to the end", end <= reader.usedByteCount,
      "the last one ends at \(end)")
    check("T4", "all offsets, counts, texts and schemas are within their blocks", broken)
    let ids = look.blocks.map(\.id)
    check(
      "T5", "no two blocks have one id", Set(ids).count == ids.count,
      "\(ids.count - Set(ids).count) ids stand twice")
    check("T6", "the values of two groups do not overlap", overlaps(reader.groups))
    check("T7", "values lie within the block of their group", strays(reader.groups))
    if Int(reader.header.revision) > Int(VITALS_REVISION.rawValue) {
      skip(
        "T8", "all kinds are known",
        "the table is of revision \(reader.header.revision), later than this program's"
      )
    } else {
      let unknown = reader.groups.flatMap { group in
        group.schema.statistics.filter { statistic in
          if case .unknown = statistic.kind { true } else { false }
        }.map { "\($0.name) of \(group.name) is of kind \($0.kind)" }
      }
      check("T8", "all kinds are known", unknown)
    }
    let clashes = Dictionary(grouping: reader.groups) { "\($0.source) \($0.name)" }
      .values.filter { $0.count > 1 }.map { "group \($0[0].name) stands \($0.count) times" }
    check("T9", "a source has one group of a name", clashes)
  }

  private func overlaps(_ groups: [TableGroup]) -> [String] {
    let sorted = groups.filter { !$0.isOnDemand }.sorted { $0.slot.values < $1.slot.values }
    return zip(sorted, sorted.dropFirst()).compactMap { one, next in
      one.slot.end <= next.slot.values
        ? nil : "those of group \(next.id) begin within those of group \(one.id)"
    }
  }

  private func strays(_ groups: [TableGroup]) -> [String] {
    groups.filter { !$0.isOnDemand }.compactMap { group in
      let block = group.slot.block..<group.slot.block + group.byteCount
      return block.contains(group.slot.values) && group.slot.end <= block.upperBound
        ? nil : "those of group \(group.id) lie at \(group.slot.values) to \(group.slot.end)"
    }
  }
}
