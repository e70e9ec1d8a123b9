import LinuxSystem
import SampleFileSystem
import StatsFS
import Testing

@testable import FUSE

/// What a reader of KVM statistics that knows nothing of Vitals says of `.binary`.
@Suite(.enabled(if: KVMReader.compiler != nil, "there is no C compiler"))
struct KVMReaderTests {
  private let reader: KVMReader

  init() throws { reader = try KVMReader(#require(KVMReader.compiler)) }

  private func write(_ bytes: [UInt8]) throws -> String {
    let path = "/tmp/vitals-binary-\(UInt64.random(in: 0 ... .max))"
    try Descriptor.open(path, for: .create).write(bytes)
    return path
  }

  // In turn: a case of its own would compile for each.
  @Test("A broken file is refused by the rule that it breaks")
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

  @Test("A sound file and one without descriptors are taken")
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
    @Test("Groups with histograms, states, signs and no value are taken, also while they move")
    func groups() throws {
      let reader = try KVMReader(#require(KVMReader.compiler))
      let directory = try MountDirectory()
      let farm = SampleTree(sources: 3, statistics: 60)
      let session = try FuseSession(
        FuseMount(on: directory.path), TreeFileSystem(farm.tree), threads: 2)
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
