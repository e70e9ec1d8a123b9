import Testing

@testable import KVMStats

/// Parsing of the kernel's description of a tracepoint.
@Suite struct EventFormatTests {
  private static func text(_ print: String) -> String {
    """
    name: sample
    ID: 103
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:unsigned int exit_reason;\toffset:8;\tsize:4;\tsigned:0;
    \tfield:__u32 reason;\toffset:12;\tsize:4;\tsigned:0;
    \tfield:char name[16];\toffset:16;\tsize:16;\tsigned:0;

    print fmt: \(print)
    """
  }

  private static func symbol(_ field: String, _ value: Int64, _ name: String) -> EventFormat.Symbol
  {
    EventFormat.Symbol(field: field, value: value, name: name)
  }

  @Test(
    "The names of a field's values are parsed",
    arguments: [
      (#""x %d", REC->reason"#, []),
      (
        #""%s", __print_symbolic(REC->reason, { 0, "A" }, { 12, "B c" })"#,
        [symbol("reason", 0, "A"), symbol("reason", 12, "B c")]
      ),
      // Adjacent strings, sums, hexadecimal and negative numbers.
      (
        #""%s", __print_symbolic(REC->exit_reason, { 0x040 + 3, "K_" "BP" }, { -1, "bad" })"#,
        [symbol("exit_reason", 67, "K_BP"), symbol("exit_reason", -1, "bad")]
      ),
      // The names of two kinds of CPU; each name is listed once, and masks are ignored.
      (
        #""%s", (REC->isa == 1) ? __print_symbolic(REC->exit_reason & 0xffff, { 1, "X" }) "#
          + #": __print_symbolic(REC->exit_reason, { 2, "X" }, { 3, "Y" }), REC->reason"#,
        [symbol("exit_reason", 1, "X"), symbol("exit_reason", 3, "Y")]
      ),
      // An expression that is no field, and truncated text.
      (#""%s", __print_symbolic(foo(REC), { 1, "X" })"#, []),
      (#""%s", __print_symbolic(REC->reason, { 1, "X" }, { 2, "Y"#, [symbol("reason", 1, "X")]),
      (
        #""%s", __print_symbolic(REC->reason, { one, "X" }, { 2, "Y" })"#,
        [symbol("reason", 2, "Y")]
      ),
      (#""%s", __print_symbolic("#, []),
    ])
  func symbols(print: String, expected: [EventFormat.Symbol]) throws {
    let format = try #require(EventFormat(Self.text(print)))
    #expect(format.id == 103)
    #expect(format.symbols == expected)
  }

  @Test(
    "A text without an id is rejected", arguments: ["", "name: x\n", "ID: x\n", "ID:\nformat:\n"])
  func none(text: String) {
    #expect(EventFormat(text) == nil)
  }

  private struct Scaling: Sendable {
    let growth, enabled, running, expected: UInt64
  }

  private static let scalings = [
    Scaling(growth: 100, enabled: 1_000, running: 1_000, expected: 100),
    Scaling(growth: 100, enabled: 1_000, running: 250, expected: 400),
    Scaling(growth: 0, enabled: 1_000, running: 1, expected: 0),
    Scaling(growth: 7, enabled: 0, running: 0, expected: 7),
    Scaling(growth: 7, enabled: 1_000, running: 0, expected: 7),
    Scaling(growth: 10, enabled: 999, running: 1_000, expected: 10),
    // The intermediate product exceeds 64 bits.
    Scaling(growth: 3 << 60, enabled: 8, running: 6, expected: 4 << 60),
    // The result exceeds 64 bits: the count is not scaled.
    Scaling(growth: .max, enabled: 1 << 40, running: 1, expected: .max),
  ]

  @Test("A count of a part of the time is extrapolated to the whole time", arguments: scalings)
  private func scaling(_ scaling: Scaling) {
    let scaled = ThreadEventBacking.Counters.scaled(
      scaling.growth, by: scaling.enabled, over: scaling.running)
    #expect(scaled == scaling.expected)
  }
}
