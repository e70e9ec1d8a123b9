import StatsRules
import StatsText
import TestSupport
import Testing

@Suite("Reports of the doctor match the approved texts")
struct DoctorReportTests {
  /// Returns the report of a case; every victim has the same two neighbours.
  private func report(_ ruleCase: RuleCase, width: Int = 100) throws -> DoctorReport {
    let examination = RuleReport(.builtIn, of: try ruleCase.host().subjects)
    let neighbours = Neighbours(
      cpus: [0, 1, 2, 5],
      all: [
        Neighbours.Neighbour(name: "kvm/birch", process: 1110, share: 0.905),
        Neighbours.Neighbour(name: "cc1plus", process: 77, share: 0.06),
      ])
    let findings = DoctorFinding.all(of: examination.diagnoses) {
      $0.rule.list == .neighbours ? neighbours : nil
    }
    return DoctorReport(
      findings: findings, gaps: examination.gaps, examinedCount: examination.examinedCount,
      ruleCount: RuleBook.builtIn.rules.count, nanoseconds: 2_000_000_000, width: width)
  }

  @Test("The text of every recorded case")
  func cases() throws {
    var text = ""
    for ruleCase in try RuleCase.all() {
      text += "==== \(ruleCase.name)\n" + (try report(ruleCase).text) + "\n"
    }
    #expect(Golden.text("doctor-cases.txt", for: text) == text, "see Golden/doctor-cases.txt")
  }

  @Test("No line exceeds the width unless one word does", arguments: [40, 60, 80])
  func width(width: Int) throws {
    for ruleCase in try RuleCase.all() {
      for line in try report(ruleCase, width: width).text.split(separator: "\n") {
        let words = line.split(separator: " ").map(\.count).max() ?? 0
        // A long word follows the indent on a line of its own.
        #expect(line.count <= max(width, 44 + words), "\(line)")
      }
    }
  }

  @Test("The JSON document of a case")
  func json() throws {
    let cases = try RuleCase.all()
    let starved = try #require(cases.first { $0.found == ["cpu-contention kvm/cedar/vcpu0"] })
    let text = String(decoding: try report(starved).json(), as: UTF8.self)
    #expect(Golden.text("doctor-case.json", for: text) == text, "see Golden/doctor-case.json")
  }
}
