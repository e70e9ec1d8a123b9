import RRDFormat
import Statistics
import StatsChecks
import TestSupport
import Testing

@testable import RRDStats

@Suite struct RRDFileCheckTests {
  struct Defect: Sendable, CustomTestStringConvertible {
    let rule: String
    let bytes: [UInt8]
    var testDescription: String { rule }
  }

  /// A file that complies with all rules.
  private static let valid = RRDFileImage(
    timestamp: 1_700_000_000.5.bitPattern, values: [42, 0.5.bitPattern],
    metadata: #"{"datasources":{"runs":{"value_type":"int64","type":"derive"},"#
      + #""busy":{"value_type":"float","type":"gauge","min":"0.00","max":"1.00"}}}"#)

  private static func changed(_ change: (inout RRDFileImage) -> Void) -> [UInt8] {
    var image = valid
    change(&image)
    return image.bytes
  }

  private static func damaged(at offset: Int) -> [UInt8] {
    var bytes = valid.bytes
    bytes[offset] ^= 0x40
    return bytes
  }

  private func failures(in bytes: [UInt8], isWritableByOthers: Bool = false) -> [String] {
    RRDFileCheck("file", now: 1_700_000_003_000_000_000)
      .findings(in: bytes, isWritableByOthers: isWritableByOthers)
      .filter { if case .fail = $0.outcome { true } else { false } }.map(\.check)
  }

  @Test("A valid file passes all thirteen rules")
  func passes() {
    let findings = RRDFileCheck("file", now: 1_700_000_003_000_000_000)
      .findings(in: Self.valid.bytes)
    #expect(findings.map(\.check) == (1...13).map { "R\($0)" })
    #expect(findings.allSatisfy { $0.outcome == .pass })
  }

  @Test(
    "Each defect violates exactly one rule",
    arguments: [
      Defect(rule: "R1", bytes: damaged(at: 3)), Defect(rule: "R1", bytes: []),
      Defect(rule: "R2", bytes: Array(valid.bytes.dropLast())),
      Defect(rule: "R3", bytes: damaged(at: 40)), Defect(rule: "R4", bytes: damaged(at: 16)),
      Defect(rule: "R5", bytes: changed { $0.timestamp = 7 }),
      Defect(rule: "R5", bytes: changed { $0.timestamp = 1_700_000_900.0.bitPattern }),
      Defect(rule: "R5", bytes: changed { $0.timestamp = Double.nan.bitPattern }),
      Defect(rule: "R7", bytes: changed { $0.metadata.replace("derive", with: "count") }),
      Defect(rule: "R8", bytes: changed { $0.values.append(1) }),
      Defect(rule: "R9", bytes: changed { $0.metadata.replace("busy", with: "runs") }),
      Defect(
        rule: "R10", bytes: changed { $0.metadata.replace(#""min""#, with: #""value":1,"min""#) }),
      Defect(
        rule: "R11",
        bytes: changed {
          $0.metadata.replace(#""max":"1.00""#, with: #""max":"-1.00""#)
          $0.values[1] = Double.nan.bitPattern
        }),
      Defect(
        rule: "R12",
        bytes: changed {
          $0.metadata.replace(#""max":"1.00""#, with: #""max":"inf""#)
          $0.values[1] = Double.infinity.bitPattern
        }),
      Defect(rule: "R13", bytes: changed { $0.values[1] = 1.5.bitPattern }),
    ])
  func defects(_ defect: Defect) {
    #expect(failures(in: defect.bytes) == [defect.rule])
  }

  @Test("Every proper prefix and every changed byte of a valid file violates a rule")
  func damage() {
    let bytes = Self.valid.bytes
    for count in bytes.indices {
      #expect(!failures(in: Array(bytes[..<count])).isEmpty, "\(count) bytes")
    }
    for index in bytes.indices {
      #expect(!failures(in: Self.damaged(at: index)).isEmpty, "byte \(index)")
    }
  }

  @Test("A file that others can write violates R6")
  func writable() {
    #expect(failures(in: Self.valid.bytes, isWritableByOthers: true) == ["R6"])
  }
}
