import LinuxSystem
import Statistics
import StatsChecks
import Testing

@testable import XenTable

@Suite struct XenTableReaderTests {
  /// The first words of a table and the error that they cause.
  struct Header: Sendable, CustomTestStringConvertible {
    let name: String
    let words: [UInt32]
    let error: XenTableError

    var testDescription: String { name }
  }

  static let headers: [Header] = [
    Header(name: "nothing yet", words: [0, 0, 0, 0], error: .unannounced),
    Header(name: "initialised only in part", words: [1, 128, 16, 128], error: .unannounced),
    Header(
      name: "other byte order", words: [0xddcc_bbaa, 0x8000_0000, 0x1000_0000, 0x8000_0000],
      error: .otherByteOrder(magic: 0xddcc_bbaa)),
    Header(
      name: "other magic", words: [0xaabb_ccdf, 128, 16, 128],
      error: .unknownMagic(0xaabb_ccdf, expected: 0xaabb_ccdd)),
    Header(
      name: "a domain's table", words: [0xaabb_ccee, 128, 16, 128],
      error: .unknownMagic(0xaabb_ccee, expected: 0xaabb_ccdd)),
    Header(
      name: "offset in the header", words: [0xaabb_ccdd, 8, 16, 128],
      error: .field(.offset, value: 8, rule: "a multiple of 8, at least 16")),
    Header(
      name: "offset beyond the memory", words: [0xaabb_ccdd, 0xffff_fff8, 16, 128],
      error: .beyondEnd(needed: 0xffff_fff8, available: 4096)),
    Header(
      name: "size 0", words: [0xaabb_ccdd, 128, 0, 128],
      error: .field(.size, value: 0, rule: "at least 16")),
    Header(
      name: "stride 0", words: [0xaabb_ccdd, 128, 16, 0],
      error: .field(.stride, value: 0, rule: "a multiple of 8, at least the size, 16")),
    Header(
      name: "stride below size", words: [0xaabb_ccdd, 128, 64, 32],
      error: .field(.stride, value: 32, rule: "a multiple of 8, at least the size, 64")),
    Header(
      name: "mark too short", words: [0xaabb_ccdd, 128, 16, 128, 0x5854_4956, 60],
      error: .field(.length, value: 60, rule: "from 64 to the offset, 128")),
    Header(
      name: "mark reaches into the slots", words: [0xaabb_ccdd, 128, 16, 128, 0x5854_4956, 136],
      error: .field(.length, value: 136, rule: "from 64 to the offset, 128")),
    Header(
      name: "more slots than memory", words: [0xaabb_ccdd, 128, 16, 128, 0x5854_4956, 64, 32],
      error: .beyondEnd(needed: 4224, available: 4096)),
    Header(
      name: "maximum values",
      words: [0xaabb_ccdd, 128, 0xffff_fff8, 0xffff_fff8, 0x5854_4956, 64, .max],
      error: .field(
        .count, value: 0xffff_ffff, rule: "small enough for a table of less than 2^63 bytes")),
  ]

  @Test("An invalid header is rejected with a specific error", arguments: headers)
  func invalidHeaders(header: Header) throws {
    var bytes = header.words.flatMap { word in (0..<4).map { UInt8(word >> ($0 * 8) & 0xff) } }
    bytes += [UInt8](repeating: 0, count: 4096 - bytes.count)
    let table = try MappedXenTable(bytes: bytes)
    #expect(error { _ = try table.reader() } == header.error)
    #expect(!header.error.description.isEmpty)
  }

  @Test("A table of the RFC has the bytes of the RFC")
  func vector() throws {
    let table = try MappedXenTable(byteCount: 4096)
    _ = try table.writer(try XenTableLayout(count: 2), mark: nil)
    let header: [UInt8] = [
      0xdd, 0xcc, 0xbb, 0xaa, 0x80, 0, 0, 0, 0x10, 0, 0, 0, 0x80, 0, 0, 0,
    ]
    #expect(try table.bytes().prefix(16).elementsEqual(header))
    // An entry without values: sequence 0, all other bytes all ones.
    let entry = try table.bytes()[256..<384]
    #expect(entry.prefix(4).allSatisfy { $0 == 0 } && entry.dropFirst(4).allSatisfy { $0 == 0xff })
  }

  @Test("A short file is rejected, and a truncation during use is detected")
  func truncation() throws {
    let table = try MappedXenTable(byteCount: 8192)
    let writer = try table.writer(try XenTableLayout(offset: 4096, size: 80, count: 3))
    writer.update(2, with: .example(5))
    let bytes = try table.bytes()
    for length in [0, 1, 15] {
      let file = try MemoryFile(name: "cut", contents: Array(bytes.prefix(length)))
      #expect(
        error { _ = try XenTableReader<XenVCPUEntry>(sharing: file.descriptor) }
          == .truncated(available: length))
    }
    let cut = try MemoryFile(name: "cut", contents: Array(bytes.prefix(4400)))
    #expect(
      error { _ = try XenTableReader<XenVCPUEntry>(sharing: cut.descriptor) }
        == .beyondEnd(needed: 4480, available: 4400))
    let open = try MemoryFile(name: "open", contents: bytes)
    let reader = try XenTableReader<XenVCPUEntry>(sharing: open.descriptor)
    #expect(reader.read(2).entry == .example(5))
    let file = try open.descriptor.duplicate()
    let findings = XenTableCheck(file, object: "shrinking").run {
      try? file.resize(to: 4096)
    }
    #expect(findings.last?.outcome == .fail("after the pause: \(XenTableError.shrunk)"))
    #expect(reader.read(2) == .shrunk)
    let isCurrent = reader.isCurrent()
    #expect(!isCurrent)
  }

  static let entrySizes: [Int] = [16, 24, 32, 40, 48, 56, 60, 64, 72, 80, 96]

  @Test("An entry has the fields that fit its size", arguments: entrySizes)
  func sizes(size: Int) throws {
    let table = try MappedXenTable(byteCount: 4096)
    let writer = try table.writer(try XenTableLayout(size: size, stride: 128, count: 4))
    writer.update(3, with: .example(6, state: .blocked))
    let reader = try table.reader()
    let found = try #require(reader.read(3).entry?.fields)
    let whole = XenVCPUEntry.example(6, state: .blocked).fields
    for index in 0..<XenEntryFields.count {
      let fits = XenEntryFields.Position.all[index].fits(in: size)
      #expect(found[index] == (fits ? whole[index] : .notProduced), "field \(index)")
    }
    // Fields that a later version appends are not written.
    if size > 80 {
      #expect(try table.bytes()[128 + 3 * 128 + 80..<128 + 3 * 128 + size].allSatisfy { $0 == 255 })
    }
    // A reader of the RFC finds its two fields at their offsets.
    let memory = try table.map()
    #expect(memory.loadRelaxed(UInt32.self, at: 128 + 3 * 128) == 2)
    #expect(memory.loadRelaxed(UInt64.self, at: 128 + 3 * 128 + 8) == 6)
  }

  @Test("Without a mark, only the RFC's fields are read")
  func foreignFields() throws {
    var bytes = [UInt8](repeating: 1, count: 4096)
    let header: [UInt8] = [0xdd, 0xcc, 0xbb, 0xaa, 128, 0, 0, 0, 80, 0, 0, 0, 128, 0, 0, 0]
    bytes.replaceSubrange(0..<16, with: header)
    bytes.replaceSubrange(128..<132, with: [2, 0, 0, 0])
    let table = try MappedXenTable(bytes: bytes)
    let reader = try table.reader()
    let entry = try #require(reader.read(0).entry)
    #expect(entry.times.running == .value(0x0101_0101_0101_0101))
    #expect(entry.times.runnable == .notProduced && entry.state == .notProduced)
    #expect(
      error { _ = try table.writer(try XenTableLayout(size: 80, count: 1), mark: nil) }
        == .field(.size, value: 80, rule: "16 without a mark, which identifies further fields"))
    #expect(
      error { _ = try table.writer(try XenTableLayout(offset: 16, count: 1)) }
        == .field(.offset, value: 16, rule: "at least 64, for the mark"))
    #expect(
      error { _ = try table.writer(try XenTableLayout(count: 1)) } == .claimed(magic: 0xaabb_ccdd))
  }

  @Test("A longer header of a later version is accepted")
  func longerHeader() throws {
    let table = try MappedXenTable(byteCount: 4096)
    let writer = try table.writer(try XenTableLayout(offset: 256, size: 80, count: 2))
    writer.update(1, with: .example(8))
    try table.map().storeRelaxed(UInt32(200), at: 20)
    let reader = try table.reader()
    #expect(reader.header.length == 200 && reader.count == 2)
    #expect(reader.read(1).entry == .example(8))
  }

  @Test("A reader detects that the header changed")
  func headerChange() throws {
    let table = try MappedXenTable(byteCount: 4096)
    _ = try table.writer(try XenTableLayout(size: 80, count: 2))
    let reader = try table.reader()
    let isCurrent = reader.isCurrent()
    let memory = try table.map()
    memory.storeRelaxed(UInt64(99), at: 32)
    let isCurrentLater = reader.isCurrent()
    memory.storeRelaxed(UInt32(0), at: 0)
    let isCurrentAtLast = reader.isCurrent()
    #expect(isCurrent && !isCurrentLater && !isCurrentAtLast)
  }

  @Test("Arbitrary bytes cause no crash of reader and check", arguments: 0..<8)
  func hostile(seed: Int) throws {
    var generator = Xorshift(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1)
    for _ in 0..<60 {
      let good = try MappedXenTable(byteCount: 64 + Int(generator.next() % 2000))
      _ = try? good.writer(try XenTableLayout(offset: 64, size: 80, stride: 80, count: 4))
      var bytes = try good.bytes()
      for _ in 0..<(generator.next() % 12) {
        let small = generator.next() % 2 == 0
        let at = Int(generator.next() % UInt64(small ? 64 : bytes.count))
        bytes[at] = UInt8(truncatingIfNeeded: generator.next())
      }
      let table = try MappedXenTable(bytes: bytes)
      if let reader = try? table.reader() {
        for index in 0..<min(reader.count, 40) {
          _ = reader.read(index, attempts: 3).entry?.extrapolated(to: generator.next())
        }
      }
      let findings = XenTableCheck(table.file.descriptor, object: "hostile").run(
        timeout: 0, pause: {})
      #expect(!findings.isEmpty)
    }
  }
}

/// A reproducible random number generator.
struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
