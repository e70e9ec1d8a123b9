import Glibc
import KVMStats
import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsTree
import TestSupport
import Testing

@testable import KVMStats

@Suite struct KVMStatsFileTests {
  /// Files with the same values in different layouts.
  private static let layouts: [(String, StatsFile)] = {
    var apart = StatsFile()
    (apart.idOffset, apart.descriptorOffset, apart.dataOffset) = (40, 1000, 5000)
    var reversed = StatsFile()
    (reversed.dataOffset, reversed.descriptorOffset, reversed.idOffset) = (24, 128, 4096)
    var long = StatsFile()
    long.nameSize = 64
    var short = StatsFile()
    short.nameSize = 16
    return [
      ("usual", StatsFile()), ("apart", apart), ("reversed", reversed), ("long", long),
      ("short", short),
    ]
  }()

  @Test("Blocks are read at the offsets of the header", arguments: 0..<5)
  func blocks(index: Int) throws {
    let file = try Self.layouts[index].1.opened()
    let (id, schema) = (file.id, file.schema)
    #expect(id == "kvm-100/vcpu-0")
    #expect(schema.statistics.map(\.name) == ["exits", "pages", "wait_hist", "blocking"])
    let backing = StatsDescriptorBacking()
    let token = backing.open(file)
    let probe = Probe(backing, [(token, schema)])
    #expect(probe.status(token) == .up)
    #expect(probe.value("exits", token) == 10)
    #expect(probe.value("blocking", token) == 1)
    let entry = probe.entry(token)
    let histogram = try #require(schema["wait_hist"])
    #expect((0..<4).map { probe.sampler.value(histogram, of: entry, word: $0) } == [1, 2, 3, 4])
  }

  @Test("A file without descriptors is read")
  func noDescriptors() throws {
    var plain = StatsFile()
    plain.entries = []
    plain.words = []
    let file = try plain.opened()
    let schema = file.schema
    #expect(schema.statistics.isEmpty)
    let backing = StatsDescriptorBacking()
    let token = backing.open(file)
    #expect(Probe(backing, [(token, schema)]).status(token) == .up)
  }

  @Test("A file truncated at any byte is refused, or denied if only its data are incomplete")
  func truncated() throws {
    for index in Self.layouts.indices {
      let plain = Self.layouts[index].1
      let whole = plain.bytes
      for length in whole.indices {
        let before = Result { () throws(KVMStatsError) in try check(whole[..<length]) }
        let needed = max(plain.descriptorEnd, (plain.idOffset ?? 24) + plain.nameSize)
        switch before {
        case .failure(let error):
          #expect(length < needed, "\(Self.layouts[index].0) \(length): \(error)")
        case .success(let status):
          #expect(length >= needed)
          let isComplete = length >= plain.dataStart + plain.words.count * 8
          #expect(status == (isComplete ? .up : .denied(code: ENODATA)))
        }
      }
    }
  }

  /// Opens the file and samples it once.
  private func check(_ bytes: ArraySlice<UInt8>) throws(KVMStatsError) -> Status {
    var schemas = SchemaCache()
    guard let memory = try? MemoryFile(name: "cut", contents: Array(bytes)),
      let descriptor = try? memory.descriptor.duplicate()
    else { return .gone }
    let file = try KVMStatsFile(reading: descriptor, schemas: &schemas)
    let schema = file.schema
    let backing = StatsDescriptorBacking()
    let token = backing.open(file)
    return Probe(backing, [(token, schema)]).status(token)
  }

  @Test("A wrong byte at any position does no harm", arguments: [0x00, 0x7f, 0xff])
  func corrupt(value: UInt8) throws {
    let good = StatsFile().bytes
    for position in 0..<StatsFile().descriptorEnd {
      var bytes = good
      bytes[position] = value
      let file = try MemoryFile(name: "corrupt", contents: bytes)
      var schemas = SchemaCache()
      let copy = try file.descriptor.duplicate()
      guard let opened = try? KVMStatsFile(reading: copy, schemas: &schemas) else { continue }
      let schema = opened.schema
      let backing = StatsDescriptorBacking()
      let token = backing.open(opened)
      #expect(!Probe(backing, [(token, schema)]).status(token).isStale)
    }
  }

  @Test("Data of more than a megabyte are refused before memory is allocated for them")
  func tooLarge() throws {
    var plain = StatsFile()
    plain.entries[3].offset = 1 << 20
    plain.name = "too-large"
    var schemas = SchemaCache()
    let descriptor = try plain.descriptor()
    let error = #expect(throws: KVMStatsError.self) {
      _ = try KVMStatsFile(reading: descriptor.duplicate(), schemas: &schemas)
    }
    #expect(error == .format(.tooLarge(.data, byteCount: (1 << 20) + 8)))
    #expect(try openDescriptors().values.filter { $0.contains("too-large") }.count == 1)
  }

  @Test(
    "An id contains the thread and the vCPU",
    arguments: [
      ("kvm-12", nil, 12), ("kvm-12/vcpu-3", 3, 12), ("kvm-12/vcpu-", nil, 12),
      ("kvm-12/vcpu--3", nil, 12), ("kvm-x/vcpu-3", 3, nil), ("", nil, nil), ("/", nil, nil),
      ("kvm-99999999999/vcpu-0", 0, nil), ("xen-1/vcpu-2", 2, nil),
      ("kvm-1/vcpu-99999999999999999999", nil, 1),
    ] as [(String, Int?, Int32?)])
  func ids(id: String, vcpu: Int?, thread: Int32?) {
    #expect(KVMStatsFile.vcpuNumber(inID: id) == vcpu)
    #expect(KVMStatsFile.threadNumber(inID: id) == thread)
  }

  @Test("Equal descriptors share one schema; the cache has a maximum size")
  func cache() throws {
    var schemas = SchemaCache()
    for number in 0..<200 {
      var plain = StatsFile()
      plain.entries[0].name = "exits\(number)"
      let file = try KVMStatsFile(reading: plain.descriptor(), schemas: &schemas)
      let schema = file.schema
      #expect(schema.statistics[0].name == "exits\(number)")
    }
    #expect(schemas.count <= 64)
  }
}
