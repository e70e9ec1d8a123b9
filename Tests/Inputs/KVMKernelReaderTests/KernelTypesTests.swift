import LinuxSystem
import TestSupport
import Testing

@testable import KVMKernelReader

@Suite struct KernelTypesTests {
  private static let file = "/sys/kernel/btf/vmlinux"
  private static let hasTypes = (try? FileStatus(file)) != nil

  private func types(_ file: TypeFile, module: TypeFile? = nil) throws -> KernelTypes {
    try KernelTypes(kernel: file.bytes, module: module?.bytes)
  }

  @Test("Members are found, also in anonymous structures; bit fields are not")
  func members() throws {
    let types = try types(.example)
    #expect(types.count == 20)
    let outer = try #require(types.types(.structure, named: ["outer"])[0].first)
    #expect(outer == 20)
    #expect(types.byteCount(of: outer) == 48)
    let offsets = ["first": 0, "plain": 4, "shallow": 24, "deep": 24]
    for (name, offset) in offsets { #expect(types.offset(of: name, in: outer) == offset) }
    for name in ["flagged", "none", "plai", "plain2", ""] {
      #expect(types.offset(of: name, in: outer) == nil, "\(name)")
    }
    #expect(types.types(.function, named: ["call_me", "call", "outer"]) == [[12], [], []])
    #expect(types.byteCount(of: 12) == nil && types.offset(of: "deep", in: 12) == nil)
    #expect(types.byteCount(of: 0) == nil && types.byteCount(of: 21) == nil)
  }

  @Test("The types of a module follow those of the kernel and may refer to them")
  func module() throws {
    let kernel = TypeFile.example
    var module = TypeFile()
    module.firstString = kernel.strings.count
    module.add(2, "", size: 21)
    module.addStructure("own", size: 60, [("", 20, 64), ("mine", 21, 448)])
    let types = try types(kernel, module: module)
    #expect(types.count == 22)
    let own = try #require(types.types(.structure, named: ["own"])[0].first)
    #expect(own == 22)
    #expect(types.offset(of: "mine", in: own) == 56)
    #expect(types.offset(of: "deep", in: own) == 32)
    #expect(types.offset(of: "first", in: own) == 8)
  }

  @Test(
    "Invalid type information is rejected with the reason",
    arguments: [
      (
        "magic", KernelTypeError.magic(0x9feb),
        { @Sendable (file: inout TypeFile) in file.magic = 0x9feb }
      ),
      ("version", .version(2), { $0.version = 2 }),
      ("short header", .truncated("header"), { $0.headerLength = 16 }),
      ("long header", .truncated("header"), { $0.headerLength = 1 << 20 }),
      ("types beyond the end", .truncated("types"), { $0.typesLength = 1 << 30 }),
      ("strings beyond the end", .truncated("strings"), { $0.stringsLength = 1 << 30 }),
      ("half a type", .truncated("types"), { $0.typesLength = $0.types.count - 4 }),
      ("members beyond the end", .truncated("types"), { $0.add(4, "x", count: 9, size: 8) }),
      ("unknown kind", .kind(31), { $0.add(31, "x") }),
      ("kind 0", .kind(0), { $0.add(0, "x") }),
      ("strings without an end", .unterminated, { $0.strings += [0x41] }),
      ("no strings", .unterminated, { $0.strings = [] }),
    ] as [(String, KernelTypeError, @Sendable (inout TypeFile) -> Void)])
  func errors(name: String, error: KernelTypeError, change: @Sendable (inout TypeFile) -> Void) {
    var file = TypeFile.example
    change(&file)
    #expect(throws: error) { try KernelTypes(kernel: file.bytes) }
  }

  @Test("The search in a structure that contains itself terminates")
  func cycle() throws {
    var file = TypeFile()
    file.addStructure("loop", size: 8, (0..<40).map { _ in ("", 1, 0) })
    let types = try types(file)
    #expect(types.offset(of: "x", in: 1) == nil)
  }

  @Test("Truncated and damaged type information is read or rejected without a crash")
  func hostile() throws {
    let good = TypeFile.example.bytes
    var random = SeededGenerator(seed: 7)
    var rejected = 0
    for round in 0..<3000 {
      var bytes = good
      if round < good.count {
        bytes = Array(bytes.prefix(round))
      } else {
        for _ in 0...random.below(4) {
          bytes[random.below(bytes.count)] = UInt8(random.below(256))
        }
      }
      guard let types = try? KernelTypes(kernel: bytes) else {
        rejected += 1
        continue
      }
      for type in types.types(.structure, named: ["outer"])[0] + [19, 20, 21] {
        _ = types.byteCount(of: type)
        for name in ["deep", "none"] { _ = types.offset(of: name, in: type) }
      }
    }
    #expect(rejected > good.count)
  }

  @Test("The types of this kernel agree with those of C", .enabled(if: hasTypes))
  func kernel() throws {
    let types = try KernelTypes(kernel: readFile(Self.file, limit: 1 << 28))
    let found = types.types(.structure, named: ["list_head", "iovec", "file"])
    let list = try #require(found[0].first)
    let vector = try #require(found[1].first)
    #expect(types.byteCount(of: list) == 2 * MemoryLayout<UInt>.size)
    #expect(types.offset(of: "prev", in: list) == MemoryLayout<UInt>.size)
    #expect(types.offset(of: "iov_len", in: vector) == MemoryLayout<UInt>.size)
    #expect(found[2].contains { types.offset(of: "f_op", in: $0) != nil })
  }
}
