import CVitals
import Statistics

extension BlockDecoder {
  /// Decodes a schema: KVM's descriptors, and the fields that these descriptors lack.
  func schema() throws(TableError) -> Schema {
    let head = try head(vitals_schema.self, stored: header.schema_size, "schema")
    let start = Int(head.kvm_offset)
    let (end, overflow) = start.addingReportingOverflow(Int(head.kvm_size))
    guard !overflow, start >= MemoryLayout<vitals_block>.size, end <= bytes.count else {
      throw fieldError("kvm_size", head.kvm_size, "the descriptors must be within the block")
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
      throw fieldError("kvm_offset", head.kvm_offset, "\(error)")
    }
    guard statistics.count == Int(head.statistic_count) else {
      throw fieldError(
        "statistic_count", head.statistic_count, "the block has \(statistics.count) descriptors")
    }
    // Limits the length of all decoded texts. Statistics are allowed to share a text, so that an
    // attacker could otherwise make the decoded texts much longer than the block.
    var room = 8 * bytes.count
    for index in statistics.indices { try apply(head, index, to: &statistics[index], &room) }
    let schema: Schema
    do throws(SchemaError) {
      schema = try Schema(statistics)
    } catch {
      throw fieldError("word_count", head.word_count, "\(error)")
    }
    guard schema.wordCount <= Int(head.word_count) else {
      throw fieldError(
        "word_count", head.word_count, "the statistics need \(schema.wordCount) words")
    }
    return schema
  }

  /// Applies the fields of `vitals_statistic` to a statistic.
  private func apply(
    _ schema: vitals_schema, _ index: Int, to statistic: inout Statistic, _ room: inout Int
  ) throws(TableError) {
    let stride = Int(header.statistic_size)
    let place = Int(schema.statistics_offset) + index * stride
    guard place >= MemoryLayout<vitals_block>.size, place <= bytes.count - stride else {
      throw fieldError(
        "statistics_offset", schema.statistics_offset, "the statistics must be within the block")
    }
    let facts: vitals_statistic = bytes.structure(at: place, stored: stride)
    statistic.apply(facts)
    if facts.meaning_offset != 0 {
      let meaning = try text(at: Int(facts.meaning_offset), "meaning_offset")
      room -= meaning.next - Int(facts.meaning_offset)
      statistic.meaning = meaning.text
    }
    guard Int(facts.states_count) <= bytes.count else {
      throw fieldError("states_count", facts.states_count, "the states do not fit into the block")
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
      throw fieldError(
        "statistics_offset", schema.statistics_offset, "the statistics share a text too often")
    }
  }
}
