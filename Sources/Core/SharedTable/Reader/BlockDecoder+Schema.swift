import CVitals
import Statistics

extension BlockDecoder {
  /// The schema of a block: KVM's descriptors, and what they have no room for.
  func schema() throws(TableError) -> Schema {
    let head = try head(vitals_schema.self, stored: header.schema_size, "schema")
    let start = Int(head.kvm_offset)
    let (end, overflow) = start.addingReportingOverflow(Int(head.kvm_size))
    guard !overflow, start >= MemoryLayout<vitals_block>.size, end <= bytes.count else {
      throw flaw("kvm_size", head.kvm_size, "the descriptors lie within the block")
    }
    let file = bytes.span.extracting(start..<end)
    var statistics: [Statistic]
    do throws(KVMFormatError) {
      let kvm = try KVMHeader(parsing: file)
      guard kvm.descriptorOffset <= file.count else {
        throw .truncated(.descriptors, needed: kvm.descriptorOffset, found: file.count)
      }
      let block = file.extracting(kvm.descriptorOffset..<file.count)
      statistics = try Schema(kvmDescriptors: block, header: kvm).statistics
    } catch {
      throw flaw("kvm_offset", head.kvm_offset, "\(error)")
    }
    guard statistics.count == Int(head.statistic_count) else {
      throw flaw(
        "statistic_count", head.statistic_count, "there are \(statistics.count) descriptors")
    }
    // Texts may be shared; many that are shared many times would be much longer than the block.
    var room = 8 * bytes.count
    for index in statistics.indices { try apply(head, index, to: &statistics[index], &room) }
    do throws(Schema.Flaw) {
      let schema = try Schema(statistics)
      guard schema.wordCount <= Int(head.word_count) else {
        throw Schema.Flaw.tooLarge(name: "the last one", words: schema.wordCount)
      }
      return schema
    } catch {
      throw flaw("word_count", head.word_count, "\(error)")
    }
  }

  /// Adds what `vitals_statistic` says of a statistic.
  private func apply(
    _ schema: vitals_schema, _ index: Int, to statistic: inout Statistic, _ room: inout Int
  ) throws(TableError) {
    let stride = Int(header.statistic_size)
    let place = Int(schema.statistics_offset) + index * stride
    guard place >= MemoryLayout<vitals_block>.size, place <= bytes.count - stride else {
      throw flaw(
        "statistics_offset", schema.statistics_offset, "the statistics lie within the block")
    }
    let facts: vitals_statistic = bytes.structure(at: place, stored: stride)
    statistic.apply(facts)
    if facts.meaning_offset != 0 {
      let meaning = try text(at: Int(facts.meaning_offset), "meaning_offset")
      room -= meaning.next - Int(facts.meaning_offset)
      statistic.meaning = meaning.text
    }
    guard Int(facts.states_count) <= bytes.count else {
      throw flaw("states_count", facts.states_count, "so many do not fit into the block")
    }
    var next = Int(facts.states_offset)
    for _ in 0..<facts.states_count {
      let state = try text(at: next, "states_offset")
      room -= state.next - next
      guard room >= 0 else { break }
      statistic.states.append(state.text)
      next = state.next
    }
    guard room >= 0 else {
      throw flaw("statistics_offset", schema.statistics_offset, "the same text stands too often")
    }
  }
}
