import Statistics

/// A file of KVM statistics with one defect, and the rule that it violates.
struct BrokenStatistics: Sendable {
  let rule: String
  private let change: @Sendable (inout [UInt8]) -> Void

  private init(_ rule: String, _ change: @escaping @Sendable (inout [UInt8]) -> Void) {
    self.rule = rule
    self.change = change
  }

  var bytes: [UInt8] {
    var bytes = Self.sound
    change(&bytes)
    return bytes
  }

  /// A count, a time, a boolean, and a histogram.
  static let sound: [UInt8] = {
    let schema = Schema(packing: [
      Statistic("exits", .cumulative), Statistic("wait", .cumulative, unit: .seconds, scale: .nano),
      Statistic("is_up", .instant, unit: .boolean),
      Statistic("sizes", .linearHistogram, unit: .bytes, size: 4, bucketSize: 64),
    ])
    let file = try? schema.kvmFile(id: "kvm-1")
    return (file?.bytes ?? []) + [UInt8](repeating: 0, count: schema.wordCount * 8)
  }()

  private static let names = 48
  private static let block = 24 + names
  private static let stride = 16 + names
  private static let data = block + 4 * stride

  /// The offset of a descriptor's field.
  private static func at(_ index: Int, _ field: Int) -> Int { block + index * stride + field }

  static let all: [BrokenStatistics] = [
    BrokenStatistics("header") { $0 = Array($0.prefix(20)) },
    BrokenStatistics("header") { $0[0] = 1 },
    BrokenStatistics("header") { $0[7] = 0x7f },
    BrokenStatistics("id") { $0[24] = UInt8(ascii: "x") },
    BrokenStatistics("id") { bytes in for index in 24..<block { bytes[index] = 65 } },
    BrokenStatistics("id") { $0[15] = 1 },
    BrokenStatistics("offset") { $0[12] = 8 },
    BrokenStatistics("overlap") { $0[20] -= 64 },
    BrokenStatistics("descriptors") { $0 = Array($0.prefix(data - 1)) },
    BrokenStatistics("name-end") { bytes in
      for index in at(1, 16)..<at(2, 0) { bytes[index] = 65 }
    },
    BrokenStatistics("name") { $0[at(0, 16)] = 7 },
    BrokenStatistics("name") { $0[at(0, 16)] = 0 },
    BrokenStatistics("unique") { bytes in
      for index in 0..<names { bytes[at(1, 16) + index] = bytes[at(0, 16) + index] }
    },
    BrokenStatistics("kind") { $0[at(0, 0)] = 5 },
    BrokenStatistics("unit") { $0[at(0, 0)] = 0x50 },
    BrokenStatistics("base") { $0[at(0, 1)] = 2 },
    BrokenStatistics("flags") { $0[at(0, 2)] = 1 },
    BrokenStatistics("exponent") { $0.replaceSubrange(at(0, 4)..<at(0, 6), with: [255, 255]) },
    BrokenStatistics("exponent") { $0.replaceSubrange(at(1, 4)..<at(1, 6), with: [3, 0]) },
    BrokenStatistics("exponent") { $0[at(2, 4)] = 1 },
    BrokenStatistics("size") { $0[at(0, 6)] = 0 },
    BrokenStatistics("bucket") { $0[at(0, 12)] = 1 },
    BrokenStatistics("bucket") { $0[at(3, 12)] = 0 },
    BrokenStatistics("aligned") { $0[at(3, 8)] = 28 },
    BrokenStatistics("disjoint") { $0[at(1, 8)] = 0 },
    BrokenStatistics("few") { bytes in
      for index in 0..<4 { bytes[at(index, 8)] = 0 }
      bytes[at(3, 6)] = 1
    },
    BrokenStatistics("data") { $0.removeLast() },
    BrokenStatistics("again") { $0.removeLast() },
    BrokenStatistics("value") { $0.removeLast() },
    BrokenStatistics("boolean") { $0[data + 16] = 2 },
    BrokenStatistics("total") { $0.append(0) },
  ]
}
