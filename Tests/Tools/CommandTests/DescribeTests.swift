import FoundationEssentials
import Statistics
import StatsKnowledge
import StatsTesting
import Testing

@Suite("vitals describe")
struct DescribeTests {
  @Test("describe explains a statistic, when it changes, and high values")
  func known() throws {
    let result = try Command.vitals("describe", "halt_poll_fail_ns")
    #expect(result.status == 0)
    for label in ["meaning", "moves", "if high", "see"] {
      #expect(result.lines.contains { $0.hasPrefix("  \(label) ") }, "no \(label)")
    }
  }

  @Test("Every statistic of the recorded kernel schemas has a meaning")
  func complete() throws {
    let result = try Command.vitals("describe", "--all")
    #expect(result.status == 0)
    let recorded = try SampleSchemas.vm().statistics + SampleSchemas.vcpu().statistics
    #expect(recorded.count > 50)
    for statistic in recorded {
      let line = result.lines.first { $0.hasPrefix(statistic.name + " ") }
      #expect(line != nil, "\(statistic.name) is not listed")
      #expect(line?.contains("(no description)") == false, "\(statistic.name)")
    }
  }

  @Test("Statistics of this kernel without a meaning are described by their schemas")
  func unknownToUs() throws {
    let result = try Command.vitals("describe")
    #expect(result.status == 0)
    // A newer kernel may have any statistic: report it as a warning, not as a failure.
    for line in result.lines where line.contains("(no description)") {
      #expect(line.contains(", in "), "kind and unit are missing: \(line)")
      Issue.record("kvm.meanings has no entry for: \(line)", severity: .warning)
    }
  }

  @Test("A statistic of another architecture is found with --all")
  func elsewhere() throws {
    let result = try Command.vitals("describe", "--all", "exit_instruction")
    #expect(result.status == 0)
    #expect(result.output.contains("s390"))
  }

  private struct Document: Decodable {
    struct Description: Decodable {
      let name: String
      let forms: [Form]
      let meanings: [Meaning]
    }
    struct Form: Decodable {
      struct Schema: Decodable { let name: String }
      let schema: Schema
      let at: [String]
    }
    struct Meaning: Decodable { let meaning: String }
    let version: Int
    let descriptions: [Description]
  }

  @Test("A pattern selects several statistics, and JSON contains all")
  func pattern() throws {
    let result = try Command.vitals("describe", "halt_*_hist", "--format", "json")
    #expect(result.status == 0)
    let document = try JSONDecoder().decode(Document.self, from: Data(result.output.utf8))
    #expect(document.version == 1)
    for name in ["halt_wait_hist", "halt_poll_fail_hist", "halt_poll_success_hist"] {
      let description = try #require(document.descriptions.first { $0.name == name })
      #expect(description.forms.allSatisfy { $0.schema.name == name && !$0.at.isEmpty })
      #expect(description.meanings.allSatisfy { !$0.meaning.isEmpty })
      #expect(!description.forms.isEmpty || !description.meanings.isEmpty)
    }
  }

  @Test("A statistic of an aggregate is described with its function")
  func folded() throws {
    let result = try Command.vitals("describe", "exits.max")
    #expect(result.status == 0)
    #expect(result.lines.first == "exits.max")
    #expect(result.output.contains("the maximum of the values of exits"))
    #expect(result.output.contains("  meaning   Times the CPU left the guest"))
    let unknown = try Command.vitals("describe", "exits.most")
    #expect(unknown.status == 4)
  }

  @Test("An unknown name gets suggestions of similar names")
  func near() throws {
    let result = try Command.vitals("describe", "halt_poll")
    #expect(result.status == 4)
    #expect(result.errors.contains("halt_poll_fail_ns"))
  }
}
