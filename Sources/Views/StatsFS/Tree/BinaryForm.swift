import FUSE
internal import Statistics
internal import StatsTree

/// A group as a file of KVM's binary statistics.
///
/// ```
/// | header | id | descriptors | data |
/// ```
/// Source: kernel document `virt/kvm/api.rst`, section 4.133.
struct BinaryForm {
  /// All in front of the data.
  let head: [UInt8]

  init(_ entry: Plan.Entry) throws(FuseError) {
    guard let file = try? Self.schema(of: entry).kvmFile(id: Self.id(of: entry)) else {
      throw .invalid
    }
    head = file.bytes
  }

  /// The schema as the format has it: how many members are in each state are levels, several of one
  /// name, since what it calls a histogram never falls.
  private static func schema(of entry: Plan.Entry) throws -> Schema {
    let schema = entry.group.schema
    guard schema.statistics.contains(where: \.isTally) else { return schema }
    return try Schema(
      schema.statistics.map { statistic in
        guard statistic.isTally else { return statistic }
        var levels = statistic
        levels.kind = .instant
        levels.unit = .none
        levels.scale = .one
        levels.bucketSize = 0
        return levels
      })
  }

  /// The length of the whole file.
  static func byteCount(of entry: Plan.Entry) throws(FuseError) -> Int {
    guard let schema = try? schema(of: entry), let header = try? schema.kvmHeader(id: id(of: entry))
    else { throw .invalid }
    return header.dataOffset + 8 * schema.wordCount
  }

  private static func id(of entry: Plan.Entry) -> String {
    "\(entry.source.path)/\(entry.group.name)"
  }

  /// Adds the data of a reading.
  static func append(_ reading: Reading, to bytes: inout [UInt8]) {
    bytes.reserveCapacity(bytes.count + 8 * reading.words.count)
    for word in words(of: reading) {
      // As the machine has it: whoever reads it runs on this host.
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

  /// The words of a reading; inactive where there are no numbers.
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
  /// Whether its words are how many members of an aggregate have each of its states.
  fileprivate var isTally: Bool { kind.isHistogram && !states.isEmpty }
}
