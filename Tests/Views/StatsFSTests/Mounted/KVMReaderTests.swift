import LinuxSystem
import SampleFileSystem
import StatsFS
import StatsKnowledge
import Testing

@testable import FUSE

/// `.binary` files, checked by a reader of KVM statistics that is independent of Vitals.
@Suite(.enabled(if: KVMReader.compiler != nil, "there is no C compiler"))
struct KVMReaderTests {
  private let reader: KVMReader

  init() throws { reader = try KVMReader(#require(KVMReader.compiler)) }

  private func write(_ bytes: [UInt8]) throws -> String {
    let path = "/tmp/vitals-binary-\(UInt64.random(in: 0 ... .max))"
    try Descriptor.open(path, for: .create).write(bytes)
    return path
  }

  // One test for all: each test case would compile the reader again.
  @Test("A defective file violates the expected rule")
  func broken() throws {
    for file in BrokenStatistics.all {
      let path = try write(file.bytes)
      defer { removeFile(path) }
      let result = try reader.run(path)
      #expect(result.status == 1, "\(file.rule)")
      let rules = result.output.split(separator: "\n").map { $0.prefix { $0 != ":" } }
      #expect(rules.contains(file.rule[...]), "\(file.rule): \(result.output)")
    }
  }

  @Test("A valid file and one without descriptors are accepted")
  func sound() throws {
    var empty = BrokenStatistics.sound
    empty[8] = 0
    for bytes in [BrokenStatistics.sound, empty] {
      let path = try write(bytes)
      defer { removeFile(path) }
      let result = try reader.run(path)
      #expect(result == Shell(output: "ok: \(path)\n", status: 0))
    }
  }
}

extension MountedTests {
  @Suite(.enabled(if: KVMReader.compiler != nil, "there is no C compiler"))
  struct BinaryTests {
    @Test("Groups with histograms, states, signed and missing values are valid while they change")
    func groups() throws {
      let reader = try KVMReader(#require(KVMReader.compiler))
      let directory = try MountDirectory()
      let farm = SampleTree(sources: 3, statistics: 60)
      let session = try FuseSession(
        FuseMount(on: directory.path), TreeFileSystem(farm.tree, meanings: .builtIn), threads: 2)
      let files = (0..<3).map { "\(directory.path)/farm/s\($0)/work/.binary" }
      for _ in 0..<3 {
        let result = try reader.run("-i farm/s " + files.joined(separator: " "))
        #expect(result == Shell(output: files.map { "ok: \($0)\n" }.joined(), status: 0))
        farm.bump()
      }
      let saved = "/tmp/vitals-saved-\(UInt64.random(in: 0 ... .max))"
      defer { removeFile(saved) }
      try Shell.run("cp \(files[0]) \(saved)")
      let copy = try reader.run("-i farm/s0/work \(saved)")
      #expect(copy == Shell(output: "ok: \(saved)\n", status: 0))
      session.stop()
    }
  }
}
