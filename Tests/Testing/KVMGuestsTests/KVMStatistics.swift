import LinuxSystem

/// The values of a KVM statistics descriptor by name, read without the code under test.
struct KVMStatistics {
  let id: String
  private let values: [String: [UInt64]]

  init(_ descriptor: borrowing Descriptor) throws {
    let header = try descriptor.bytes(count: 24, at: 0)
    let nameSize = header.number(at: 4, bytes: 4)
    let idBytes = try descriptor.bytes(count: nameSize, at: header.number(at: 12, bytes: 4))
    id = idBytes.text
    let descriptions = header.number(at: 16, bytes: 4)
    let data = header.number(at: 20, bytes: 4)
    var values: [String: [UInt64]] = [:]
    for index in 0..<header.number(at: 8, bytes: 4) {
      let description = try descriptor.bytes(
        count: 16 + nameSize, at: descriptions + index * (16 + nameSize))
      let count = description.number(at: 6, bytes: 2)
      let words = try descriptor.bytes(
        count: count * 8, at: data + description.number(at: 8, bytes: 4))
      values[Array(description[16...]).text] = (0..<count).map {
        UInt64(words.number(at: $0 * 8, bytes: 8))
      }
    }
    self.values = values
  }

  /// The value, or the sum of the buckets of a histogram; `nil` if there is no such statistic.
  subscript(name: String) -> UInt64? {
    values[name]?.reduce(0, +)
  }

  /// The sorted names of the statistics that are not 0.
  var nonzeroNames: [String] {
    values.filter { $0.value.contains { $0 != 0 } }.keys.sorted()
  }
}

extension [UInt8] {
  fileprivate func number(at offset: Int, bytes: Int) -> Int {
    self[offset..<offset + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  fileprivate var text: String {
    String(decoding: prefix { $0 != 0 }, as: UTF8.self)
  }
}
