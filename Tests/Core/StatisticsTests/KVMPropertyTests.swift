import Statistics
import TestSupport
import Testing

@Suite struct KVMPropertyTests {
  /// Parses a whole file as a reader does; `nil` if it is rejected.
  private func parse(_ bytes: [UInt8]) -> Schema? {
    guard let header = try? KVMHeader(parsing: bytes.span), header.descriptorOffset <= bytes.count
    else { return nil }
    let block = bytes.span.extracting(header.descriptorOffset..<bytes.count)
    return try? Schema(kvmDescriptors: block, header: header)
  }

  /// A file whose descriptors are valid but unusual.
  private func file(_ random: inout SeededGenerator) -> [UInt8] {
    let nameSize = Int.random(in: 0...80, using: &random)
    let count = Int.random(in: 0...12, using: &random)
    let offset = Int.random(in: 24...64, using: &random)
    var bytes = RawHeader(
      flags: .random(in: 0...3, using: &random), nameSize: UInt32(nameSize), count: UInt32(count),
      descriptorOffset: UInt32(offset)
    ).bytes
    bytes += Array(repeating: 0xaa, count: offset - 24)
    for _ in 0..<count {
      var raw = RawDescriptor(
        "", flags: .random(in: .min ... .max, using: &random),
        exponent: .random(in: .min ... .max, using: &random),
        size: random.oneIn(8) ? .random(in: .min ... .max, using: &random) : 1,
        offset: .random(in: 0...99, using: &random) * 8,
        bucketSize: .random(in: .min ... .max, using: &random))
      raw.name = (0..<Int.random(in: 0...nameSize, using: &random)).map { _ in
        random.oneIn(12)
          ? .random(in: 0...255, using: &random) : .random(in: 97...122, using: &random)
      }
      bytes += raw.bytes(nameSize: nameSize)
    }
    return bytes
  }

  /// Checks that `schema` is unchanged after encoding and parsing, and its words are in the record.
  private func check(_ schema: Schema, _ seed: UInt64) {
    let bytes = try? schema.kvmFile(id: "kvm").bytes
    #expect(bytes.flatMap { parse($0) } == schema, "seed \(seed)")
    for statistic in schema.statistics {
      #expect(statistic.words.upperBound <= schema.wordCount, "seed \(seed)")
      #expect(
        statistic.kvmFlags & 0xfff == statistic.kvmFlags & ~statistic.reservedFlags, "seed \(seed)")
    }
  }

  @Test(
    "Unusual but valid files are accepted and reproduced",
    arguments: 0..<400 as Range<UInt64>)
  func legal(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let schema = try #require(parse(file(&random)), "seed \(seed)")
    check(schema, seed)
  }

  @Test(
    "Mutated files do not crash, and accepted ones are reproduced",
    arguments: 0..<400 as Range<UInt64>)
  func mutated(seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 0x1000)
    var bytes = file(&random)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.removeLast(Int.random(in: 0...min(40, bytes.count), using: &random))
      case 1: bytes += (0..<9).map { _ in .random(in: 0...255, using: &random) }
      case 2 where bytes.count >= 24:
        // A wrong header field has the largest effect.
        let field = Int.random(in: 0..<6, using: &random) * 4
        let extremes: [UInt32] = [0, 1, 24, 0x7fff_ffff, 0x8000_0000, .max, 1 << 20]
        bytes.replaceSubrange(
          field..<field + 4, with: native(extremes.randomElement(using: &random) ?? 0))
      default:
        guard let index = bytes.indices.randomElement(using: &random) else { continue }
        bytes[index] = .random(in: 0...255, using: &random)
      }
    }
    if let schema = parse(bytes) { check(schema, seed) }
  }

  @Test("Random bytes do not crash", arguments: 0..<200 as Range<UInt64>)
  func noise(seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 0x2000)
    let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
      random.oneIn(2) ? 0 : UInt8.random(in: 0...255, using: &random)
    }
    if let schema = parse(bytes) { check(schema, seed) }
  }
}
