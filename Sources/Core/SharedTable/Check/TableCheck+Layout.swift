import CVitals
import LinuxSystem
import Statistics
import StatsChecks

extension FindingList<TableRule> {
  /// Checks the layout: rules T2 to T9.
  mutating func checkLayout(_ reader: Reader, _ observation: TableObservation) {
    let length = reader.mappedByteCount
    check(
      .blocksWithinFile, reader.usedByteCount <= length,
      "the blocks end at \(reader.usedByteCount), the file at \(length)")
    let end = observation.blocks.last.map { $0.offset + $0.size } ?? Int(reader.header.first_block)
    let broken = reader.errors.map(\.description)
    check(.contiguousBlocks, end <= reader.usedByteCount, "the last block ends at \(end)")
    check(.contentsWithinBlocks, broken)
    let ids = observation.blocks.map(\.id)
    check(.uniqueIDs, Set(ids).count == ids.count, "\(ids.count - Set(ids).count) ids occur twice")
    check(.disjointValues, overlaps(reader.groups))
    check(.valuesWithinBlocks, strays(reader.groups))
    if Int(reader.header.revision) > Int(VITALS_REVISION.rawValue) {
      skip(
        .knownKinds,
        "the table has revision \(reader.header.revision), which is later than this program's"
      )
    } else {
      let unknown = reader.groups.flatMap { group in
        group.schema.statistics.filter { statistic in
          if case .unknown = statistic.kind { true } else { false }
        }.map { "\($0.name) of group \(group.name) has kind \($0.kind)" }
      }
      check(.knownKinds, unknown)
    }
    let clashes = Dictionary(grouping: reader.groups) { "\($0.source) \($0.name)" }
      .values.filter { $0.count > 1 }.map { "group \($0[0].name) occurs \($0.count) times" }
    check(.uniqueGroupNames, clashes)
  }

  private func overlaps(_ groups: [TableGroup]) -> [String] {
    let sorted = groups.filter { !$0.isOnDemand }.sorted { $0.slot.values < $1.slot.values }
    return zip(sorted, sorted.dropFirst()).compactMap { group, next in
      group.slot.end <= next.slot.values
        ? nil : "the values of group \(next.id) begin within those of group \(group.id)"
    }
  }

  private func strays(_ groups: [TableGroup]) -> [String] {
    groups.filter { !$0.isOnDemand }.compactMap { group in
      let block = group.slot.block..<group.slot.block + group.byteCount
      return block.contains(group.slot.values) && group.slot.end <= block.upperBound
        ? nil : "the values of group \(group.id) are at \(group.slot.values) to \(group.slot.end)"
    }
  }
}
