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

  @Test("Every statistic of this host's own kernel has words")
  func complete() throws {
    let result = try Command.vitals("describe")
    #expect(result.status == 0)
    let wordless = result.lines.filter { $0.contains("(no words yet)") }
    #expect(wordless.isEmpty, "\(wordless)")
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
