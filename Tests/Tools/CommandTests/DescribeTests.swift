import StatsKnowledge
import Statistics
import StatsTesting
import Testing

@Suite("vitals describe")
struct DescribeTests {
  @Test("A statistic is explained: meaning, when it moves, what is high")
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
      #expect(line?.contains("(no words yet)") == false, "\(statistic.name)")
    }
  }

  @Test("Statistics of this host's kernel without a meaning are reported, not failed")
  func unknownToUs() throws {
    let result = try Command.vitals("describe")
    #expect(result.status == 0)
    // A newer kernel may have any statistic: the schema alone has to describe it.
    for line in result.lines where line.contains("(no words yet)") {
      #expect(line.contains(", in "), "no kind and unit: \(line)")
      Issue.record("kvm.meanings has no entry for: \(line)", severity: .warning)
    }
  }

  @Test("A statistic of another architecture is found with --all")
  func elsewhere() throws {
    let result = try Command.vitals("describe", "--all", "exit_instruction")
    #expect(result.status == 0)
    #expect(result.output.contains("s390"))
  }

  @Test("A pattern describes several; JSON has them all")
  func pattern() throws {
    let result = try Command.vitals("describe", "halt_*_hist", "--format", "json")
    #expect(result.status == 0)
    for name in ["halt_wait_hist", "halt_poll_fail_hist", "halt_poll_success_hist"] {
      #expect(result.output.contains("\"name\" : \"\(name)\""))
    }
  }

  @Test("What an aggregate makes of a statistic is that statistic, and how")
  func folded() throws {
    let result = try Command.vitals("describe", "exits.max")
    #expect(result.status == 0)
    #expect(result.lines.first == "exits.max")
    #expect(result.output.contains("the greatest of the values of exits"))
    #expect(result.output.contains("  meaning   Times the CPU left the guest"))
    let unknown = try Command.vitals("describe", "exits.most")
    #expect(unknown.status == 4)
  }

  @Test("A near miss is helped")
  func near() throws {
    let result = try Command.vitals("describe", "halt_poll")
    #expect(result.status == 4)
    #expect(result.errors.contains("halt_poll_fail_ns"))
  }
}
