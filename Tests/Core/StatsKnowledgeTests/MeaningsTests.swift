import Statistics
import StatsKnowledge
import Testing

@Suite struct MeaningsTests {
  private let text = """
    # A comment.

    [exits]
    on: vcpu
    architectures: all
    meaning: how often the guest
      was left: for any reason
    moves: all the time
    high: look at halt_exits
    headline: 1
    see: halt_exits io_exits

    [halt_exits]
    on: vm vcpu
    meaning: the guest went idle
    [tlb_flush]
    architectures: x86
    meaning: of x86
    [tlb_flush]
    architectures: arm64 riscv
    meaning: of others
    [tlb_flush]
    meaning: of all
    """

  @Test("Every key of an entry is parsed")
  func fields() throws {
    let meanings = try Meanings(parsing: text)
    let exits = try #require(meanings.all(named: "exits").first)
    #expect(exits.name == "exits")
    #expect(exits.roles == ["vcpu"])
    #expect(exits.architectures.isEmpty)
    #expect(exits.meaning == "how often the guest was left: for any reason")
    #expect(exits.moves == "all the time")
    #expect(exits.high == "look at halt_exits")
    #expect(exits.headline == 1)
    #expect(exits.related == ["halt_exits", "io_exits"])
  }

  @Test("Missing keys have empty values")
  func usual() throws {
    let entry = try #require(try Meanings(parsing: text).all(named: "halt_exits").first)
    #expect(entry.roles == ["vm", "vcpu"])
    #expect(entry.moves.isEmpty && entry.high.isEmpty && entry.related.isEmpty)
    #expect(entry.headline == nil)
  }

  @Test(
    "An entry for the architecture takes precedence over one for all",
    arguments: [
      ("x86", "of x86"), ("arm64", "of others"), ("riscv", "of others"), ("s390", "of all"),
    ])
  func architecture(architecture: String, meaning: String) throws {
    let meanings = try Meanings(parsing: text)
    #expect(meanings.meaning(of: "tlb_flush", architecture: architecture)?.meaning == meaning)
    #expect(meanings.meaning(of: "tlb", architecture: architecture) == nil)
  }

  @Test("Entries are sorted by name")
  func all() throws {
    let names = try Meanings(parsing: text).all.map(\.name)
    #expect(names == ["exits", "halt_exits", "tlb_flush", "tlb_flush", "tlb_flush"])
    #expect(try Meanings(parsing: "").all.isEmpty)
    #expect(try Meanings(parsing: "# nothing\n\n").all.isEmpty)
  }

  @Test(
    "An invalid file is rejected with its line number",
    arguments: [
      ("meaning: x", 1, "expected a section name before the first key"),
      ("\n# x\n  more", 3, "continuation line without a key above it"),
      ("[a]\n  more", 2, "continuation line without a key above it"),
      ("[a]\nnonsense", 2, "expected [name] or 'key: value'"),
      ("[a", 1, "expected a section name such as [name]"),
      ("[]", 1, "expected a section name such as [name]"),
      ("[a]\nmeaning: x\n[b] \n", 3, "expected a section name such as [name]"),
      ("[a]\nmeaning: x\n[b]\nmoves: y\n\n[c]\nmeaning: z", 3, "missing key 'meaning' in [b]"),
      ("[a]\nmeaning: x\n[b]\n\n\n", 3, "missing key 'meaning' in [b]"),
      ("[a]\nmeaning: x\nheadline: first\n", 3, "invalid headline 'first'; expected a number"),
      ("[a]\nmeaning: x\nmeaning: y\n", 3, "duplicate key 'meaning'"),
    ])
  func invalid(text: String, line: Int, reason: String) {
    let error = #expect(throws: SectionFileError.self) { try Meanings(parsing: text) }
    #expect(error?.line == line)
    #expect(error?.reason == reason)
  }
}
