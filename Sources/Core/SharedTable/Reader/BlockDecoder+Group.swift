import CVitals
import Statistics

extension BlockDecoder {
  /// Decodes a group with the table's schemas.
  ///
  /// Returns `rawGroup` if the schema is missing.
  func decodeGroup(_ schemas: [UInt64: Schema]) -> BlockCache.Content {
    do throws(TableError) {
      let head = try head(vitals_group.self, stored: header.group_size, "group")
      guard let schema = schemas[head.schema] else { return .rawGroup(self) }
      return .group(try group(head, schema: schema))
    } catch {
      return .invalid(error)
    }
  }

  /// The error of a group whose schema is missing.
  var missingSchema: TableError {
    let head = try? head(vitals_group.self, stored: header.group_size, "group")
    return fieldError("schema", head?.schema ?? 0, "no schema has this id")
  }

  private func group(_ head: vitals_group, schema: Schema) throws(TableError) -> TableGroup {
    let isOnDemand = head.flags & VITALS_ON_DEMAND.rawValue != 0
    guard head.copies > 0, head.copies & (head.copies - 1) == 0 else {
      throw fieldError("copies", head.copies, "must be a power of two")
    }
    guard schema.wordCount <= Int(head.word_count) else {
      throw fieldError(
        "word_count", head.word_count,
        "must be at least the \(schema.wordCount) words of the schema")
    }
    // Offsets up to the limit are far below 2^63, so that sums of offsets do not overflow.
    let limit = UInt64(isOnDemand ? Reader.maximumByteCount : used)
    guard head.values.isMultiple(of: 8), head.values <= limit else {
      throw fieldError("values", head.values, "must be a multiple of 8 up to \(limit)")
    }
    let length = Int(header.copy_size) + Int(head.word_count) * 8
    guard head.stride.isMultiple(of: 8), head.stride <= limit,
      head.copies == 1 || head.stride >= length
    else {
      throw fieldError("stride", head.stride, "must be a multiple of 8, at least \(length)")
    }
    let slot = TableGroup.Slot(
      id: id, isOnDemand: isOnDemand, block: offset, values: Int(head.values),
      stride: Int(head.stride),
      mask: Int(head.copies) - 1, copySize: Int(header.copy_size), wordCount: schema.wordCount)
    let (span, overflow) = slot.stride.multipliedReportingOverflow(by: slot.mask)
    guard !overflow, span <= Int(limit), slot.end <= Int(limit) else {
      throw fieldError("copies", head.copies, "all copies must end below \(limit)")
    }
    return TableGroup(
      id: id, source: head.source,
      name: try text(at: Int(head.name_offset), "name_offset").text, schema: schema,
      copyCount: Int(head.copies), isOnDemand: isOnDemand, start: head.start_ns,
      byteCount: byteCount, slot: slot)
  }
}
