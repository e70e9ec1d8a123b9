import FUSE
internal import Statistics
internal import StatsTree

/// Encodes a group as a file in the format of KVM binary statistics.
///
/// ```
/// | header | id | descriptors | data |
/// ```
/// Source: kernel document `virt/kvm/api.rst`, section 4.133.
struct BinaryEncoding {
  /// The bytes of the file before the data: the header, the id and the descriptors.
  let metadata: [UInt8]

  init(_ entry: Plan.Entry) throws(FuseError) {
    guard let file = try? Self.schema(of: entry).kvmFile(id: Self.id(of: entry)) else {
      throw .invalid
    }
    metadata = file.bytes
  }

  /// Returns the schema to encode.
  ///
  /// State counts tell how many members of an aggregate are in each state. State counts are encoded
  /// as instant statistics with several values, because the buckets of KVM's histograms never
  /// decrease.
  private static func schema(of entry: Plan.Entry) throws -> Schema {
    let schema = entry.group.schema
    guard schema.statistics.contains(where: \.isStateCounts) else { return schema }
    return try Schema(
      schema.statistics.map { statistic in
        guard statistic.isStateCounts else { return statistic }
        var levels = statistic
        levels.kind = .instant
        levels.unit = .none
        levels.scale = .one
        levels.bucketSize = 0
        return levels
      })
  }

  /// Returns the length of the whole file.
  static func byteCount(of entry: Plan.Entry) throws(FuseError) -> Int {
    guard let schema = try? schema(of: entry), let header = try? schema.kvmHeader(id: id(of: entry))
    else { throw .invalid }
    return header.dataOffset + 8 * schema.wordCount
  }

  private static func id(of entry: Plan.Entry) -> String {
    "\(entry.source.path)/\(entry.group.name)"
  }

  /// Appends the values of a reading as the data of the file.
  static func append(_ reading: Reading, to bytes: inout [UInt8]) {
    bytes.reserveCapacity(bytes.count + 8 * reading.words.count)
    for word in words(of: reading) {
      // The readers run on this host, so the words are in the host's byte order.
      var rest = word.littleEndian
      #if _endian(big)
      rest = word.byteSwapped.littleEndian
      #endif
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
    }
  }

  /// Returns the values of a reading as 64-bit words.
  ///
  /// If the reading has no values, each word is the marker of an inactive value.
  static func words(of reading: Reading) -> [UInt64] {
    if reading.hasNumbers { return reading.words }
    var words = [UInt64](repeating: Inactive.unsigned, count: reading.words.count)
    for statistic in reading.schema.statistics where statistic.isSigned {
      for word in statistic.words { words[word] = Inactive.signed }
    }
    return words
  }
}

extension Statistic {
  /// Whether the statistic has a count for each state: how many members of an aggregate are in this
  /// state.
  fileprivate var isStateCounts: Bool { kind.isHistogram && !states.isEmpty }
}
