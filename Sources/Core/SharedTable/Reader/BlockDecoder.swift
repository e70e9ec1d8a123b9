import CVitals
import LinuxSystem
import Statistics

/// Decodes one block from a copy of its bytes, and checks that every offset is within the copy.
struct BlockDecoder {
  let file: String
  let header: vitals_header
  let id: UInt64
  let offset: Int
  let byteCount: Int
  /// The bytes of the block; of a group, only those that `groupHeadSize` covers.
  let bytes: [UInt8]
  /// The offset of the end of the table's blocks, when the block was copied.
  let used: Int

  func decode(kind: UInt32) -> BlockCache.Content {
    do throws(TableError) {
      switch kind {
      case VITALS_SCHEMA.rawValue: return .schema(try schema())
      case VITALS_SOURCE.rawValue: return .source(try source())
      case VITALS_LABELS.rawValue: return .labels(try labels())
      default: return .unknown(kind: kind)
      }
    } catch {
      return .invalid(error)
    }
  }

  /// Returns the error of a field with an invalid value.
  func fieldError(_ field: String, _ value: some BinaryInteger, _ rule: String) -> TableError {
    .invalid(
      file: file, field: "\(field) of the block at \(offset)", value: UInt64(clamping: value),
      rule: rule)
  }

  /// Decodes a structure at the start of the block.
  func head<Structure: BitwiseCopyable>(
    _: Structure.Type, stored: UInt32, _ name: String
  ) throws(TableError) -> Structure {
    guard Int(stored) <= bytes.count else {
      throw fieldError(
        "size", byteCount, "the block of a \(name) must have at least \(stored) bytes")
    }
    return bytes.structure(at: 0, stored: Int(stored))
  }

  /// Decodes the text at an offset, up to its NUL.
  ///
  /// - Returns: The text, and the offset of the byte after its NUL.
  func text(at start: Int, _ field: String) throws(TableError) -> (text: String, next: Int) {
    guard start >= MemoryLayout<vitals_block>.size, start < bytes.count,
      let end = bytes[start...].firstIndex(of: 0)
    else { throw fieldError(field, start, "a text must be within its block and end with a NUL") }
    return (String(decoding: bytes[start..<end], as: UTF8.self), end + 1)
  }

  /// Decodes consecutive pairs of key and value.
  ///
  /// If a key occurs twice, the first value applies.
  func pairs(
    at start: UInt32, count: UInt32, _ field: String
  ) throws(TableError) -> [String: String] {
    // A pair has at least two bytes.
    guard Int(count) <= bytes.count / 2 else {
      throw fieldError("\(field)_count", count, "the pairs do not fit into the block")
    }
    var pairs: [String: String] = [:]
    var place = Int(start)
    for _ in 0..<count {
      let key = try text(at: place, "\(field)_offset")
      let value = try text(at: key.next, "\(field)_offset")
      place = value.next
      if pairs[key.text] == nil { pairs[key.text] = value.text }
    }
    return pairs
  }

  private func source() throws(TableError) -> BlockCache.RawSource {
    let head = try head(vitals_source.self, stored: header.source_size, "source")
    return BlockCache.RawSource(
      id: id, offset: offset, byteCount: byteCount,
      name: try text(at: Int(head.name_offset), "name_offset").text, parent: head.parent,
      keys: try pairs(at: head.keys_offset, count: head.keys_count, "keys"),
      created: head.created_ns, owner: head.owner == .max ? nil : head.owner)
  }

  private func labels() throws(TableError) -> BlockCache.RawLabels {
    let head = try head(vitals_labels.self, stored: header.labels_size, "label set")
    return BlockCache.RawLabels(
      id: id, source: head.source,
      labels: try pairs(at: head.labels_offset, count: head.labels_count, "labels"),
      byteCount: byteCount)
  }
}
