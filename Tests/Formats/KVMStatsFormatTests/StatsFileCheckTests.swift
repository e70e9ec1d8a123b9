import Glibc
import LinuxSystem
import Statistics
import StatsChecks
import TestSupport
import Testing

@testable import KVMStatsFormat

@Suite struct StatsFileCheckTests {
  /// A change that makes a file violate rules, and all rules that it violates.
  struct Case: Sendable, CustomTestStringConvertible {
    let rules: Set<String>
    let change: @Sendable (inout StatsFile) -> Void

    init(_ rules: String..., change: @escaping @Sendable (inout StatsFile) -> Void) {
      self.rules = Set(rules)
      self.change = change
    }

    var testDescription: String { rules.sorted().joined(separator: " ") }
  }

  private static let cases: [Case] = [
    Case { _ in },
    Case("I2") { $0.length = 20 },
    Case("I3") {
      $0.idOffset = 1 << 20; $0.length = 4096
    },
    Case("I4") { $0.id = "xen-1" },
    Case("I4") { $0.id = "kvm-" + String(repeating: "1", count: 44) },
    // The data overlap the last two fields of the header.
    Case("I6") {
      $0.dataOffset = 16; $0.descriptorOffset = 200; $0.keepOneWord()
    },
    // The data are inside the descriptors.
    Case("I7") {
      $0.keepOneWord(); $0.dataOffset = $0.descriptorStart + 56
    },
    Case("I8") {
      $0.length = $0.descriptorEnd - 1; $0.dataOffset = $0.descriptorEnd
    },
    Case("I9") { $0.entries[0].name = String(repeating: "n", count: 48) },
    Case("I10") { $0.entries[0].flags = 0x7 },
    Case("I10") { $0.entries[0].flags = 0x50 },
    Case("I10") { $0.entries[0].flags = 0x200 },
    Case("I11") { $0.entries[0].exponent = -1 },
    Case("I11") { $0.entries[2].exponent = 1 },
    Case("I11") { $0.entries[3].exponent = 3 },
    Case("I12") { $0.entries[0].size = 0 },
    Case("I13") { $0.entries[0].bucketSize = 5 },
    Case("I13") { $0.entries[2].flags = 0x23 },
    // The data extend into the descriptors that follow them.
    Case("I15") {
      $0.keepOneWord(); $0.descriptorOffset = 160; $0.dataOffset = 156
    },
    Case("I17") { $0.length = $0.bytes.count - 1 },
    Case("V1") { $0.entries[1].offset = 12 },
    Case("V2") { $0.entries[1].offset = 0 },
    // A file has fewer words than statistics only if some share words.
    Case("I16", "V2") { file in
      for index in file.entries.indices { file.entries[index].offset = 0 }
      file.entries[2] = StatsFile.Entry(name: "other")
      file.words[0] = 0
    },
    Case("V3") { $0.entries[1].name = "exits" },
    Case("V4") { $0.words[6] = 2 },
  ]

  @Test("A file that violates a rule fails the check of this rule and no other", arguments: cases)
  func rules(broken: Case) throws {
    var file = StatsFile()
    broken.change(&file)
    let findings = StatsFileCheck(try file.descriptor(), object: "file").run()
    let failed = findings.filter { if case .fail = $0.outcome { true } else { false } }
    #expect(Set(failed.map(\.check)) == broken.rules, "\(failed)")
    #expect(failed.count == broken.rules.count)
    #expect(findings.allSatisfy { $0.object == "file" })
    if broken.rules.isEmpty {
      #expect(findings.count == 20)
      #expect(findings.allSatisfy { $0.outcome == .pass })
    }
  }

  @Test("A file without descriptors violates no rule")
  func empty() throws {
    var file = StatsFile()
    file.entries = []
    file.words = []
    let findings = StatsFileCheck(try file.descriptor(), object: "file").run()
    #expect(findings.map(\.check) == ["I2", "I3", "I4", "I5"])
    #expect(!findings.contains { if case .fail = $0.outcome { true } else { false } })
  }

  @Test("A counter that falls between two reads violates V5")
  func falls() throws {
    let memory = try StatsFile().inMemory()
    let offset = StatsFile().dataStart
    let isOver = Monitor(false)
    let number = dup(memory.descriptor.rawValue)
    let thread = try SystemThread(name: "falls") {
      let file = Descriptor(owning: number)
      var value = UInt64(1) << 40
      while !isOver.read({ $0 }) {
        _ = unsafe pwrite(file.rawValue, &value, 8, off_t(offset))
        value -= 1
      }
    }
    let found = try waits(seconds: 30) {
      let copy = try memory.descriptor.duplicate()
      return StatsFileCheck(copy, object: "file").run().contains { finding in
        if finding.check == "V5", case .fail(let text) = finding.outcome { return text == "exits" }
        return false
      }
    }
    isOver.update { $0 = true }
    thread.join()
    #expect(found)
  }

  @Test("A file with implausibly large data is rejected without reading them")
  func tooLarge() throws {
    var file = StatsFile()
    file.entries[0].offset = 1 << 23
    let begin = monotonicNanoseconds()
    let findings = StatsFileCheck(try file.descriptor(), object: "file").run()
    #expect(findings.contains { $0.check == "I17" && $0.outcome != .pass })
    #expect(monotonicNanoseconds() - begin < 1_000_000_000)
  }
}

extension StatsFile {
  /// Removes all statistics except the counter.
  mutating func keepOneWord() {
    entries = [entries[0]]
    words = [7]
  }
}
