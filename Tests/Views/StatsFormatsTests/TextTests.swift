import Statistics
import StatsKnowledge
import StatsTesting
import StatsText
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite("Text of values") struct TextTests {
  @Test("Appended numbers equal Decimal.description") func decimals() {
    let mantissas: [UInt128] = [0, 1, 10, 1000, 1_234_500, 1 << 63, UInt128(UInt64.max), 1 << 100]
    for mantissa in mantissas {
      for exponent in [-50, -27, -19, -18, -9, -3, -1, 0, 1, 5, 60] {
        for isNegative in [false, true] {
          let decimal = Decimal(mantissa: mantissa, exponent: exponent, isNegative: isNegative)
          var text = ByteText()
          text.append(decimal)
          #expect(text.text == decimal.description)
        }
      }
    }
  }

  @Test(
    "Timestamps use the Gregorian calendar",
    arguments: [
      (0, "1970-01-01T00:00:00.000000000Z"), (951_782_399, "2000-02-28T23:59:59.000000000Z"),
      (951_782_400, "2000-02-29T00:00:00.000000000Z"),
      (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
      (1_735_689_599, "2024-12-31T23:59:59.000000000Z"),
    ]) func times(seconds: UInt64, text: String)
  {
    #expect(Timestamp(monotonic: 0, realtime: seconds * 1_000_000_000).text == text)
  }

  @Test("JSON strings are escaped") func json() {
    var writer = JSONWriter()
    writer.array { writer in
      writer.value("a\"\\\n\t\r\u{1}\u{1f}\u{7f}\u{2028}é")
      for number in [UInt64(1) << 53, 1 << 53 + 1, .max] { writer.value(number) }
      writer.value(Int128(-1) << 60)
      for number in [1e-7, .infinity, -.infinity, .nan, 1.5e300] { writer.value(number) }
    }
    let text = #"["a\"\\\n\t\r\u0001\u001f"# + "\u{7f}\u{2028}é\",9007199254740992,"
    let numbers = #""9007199254740993","18446744073709551615","-1152921504606846976","#
    #expect(writer.bytes.text == text + numbers + "1e-07,null,null,null,1.5e+300]")
  }

  @Test("Control characters are escaped for a terminal") func printable() {
    #expect("a\u{1b}[2J\u{9b}\u{202e}é".printable == "a\\u{1B}[2J\\u{9B}\\u{202E}é")
  }

  @Test("A narrow table drops columns by importance, then truncates the first one") func table() {
    var table = TextTable([
      Column("NAME"), Column("N", .right, importance: 2), Column("WHERE", importance: 1),
    ])
    table.append(["öäü-long", "1", "here"])
    table.append(["b", "12345", ""])
    #expect(
      table.rendering().text == """
        NAME          N  WHERE
        öäü-long      1  here
        b         12345

        """)
    let narrow = table.rendering(width: 15)
    #expect(narrow.text == "NAME          N\nöäü-long      1\nb         12345\n")
    #expect(narrow.droppedColumns == ["WHERE"])
    #expect(table.rendering(width: 5).text == "NAME\nöäü-…\nb\n")
    #expect(table.rendering(width: 1).text == "…\n…\nb\n")
    #expect(table.rendering(width: 0).droppedColumns == ["N", "WHERE"])
  }

  @Test("Repeated names are made unique") func names() {
    #expect(StatisticNames(["a", "a", "a#2", "a", ""]).names == ["a", "a#3", "a#2", "a#4", ""])
  }

  @Test("The built-in meanings can be parsed") func meanings() {
    #expect(BuiltInText.meanings.hasPrefix("#"))
    _ = Meanings.builtIn.all
  }

  @Test(
    "The text of a status includes the reason",
    arguments: [
      (Status.up, "up"), (.pending, "pending (never read)"),
      (.stale(since: 1_000_000_000), "stale for 2 s"), (.denied(code: 13), "denied (EACCES)"),
      (.denied(code: 9999), "denied (errno 9999)"), (.gone, "gone"),
    ]) func statuses(status: Status, text: String)
  {
    #expect(status.text(at: Timestamp(monotonic: 3_000_000_000, realtime: 0)) == text)
  }

  @Test("Resets and times beyond the interval are marked and explained") func notes() throws {
    let example = try Example()
    var words = Example.first
    words[0] = 5
    words[1] += 5_000_000_000
    words[4] = 0
    example.backing.set(
      1, .words(words, window: Window(begin: 2_000_000_000, end: 2_000_000_200)))
    example.sampler.pass()
    let text = ShowText(meanings: .builtIn, showsRates: true).text(
      of: example.sampler, at: example.timestamp)
    #expect(text.contains("5/s!"))
    #expect(text.contains("100.0%*"))
    #expect(text.contains("2 samples!"))
    for note in [Footnote.exceedsInterval, .afterReset] { #expect(text.contains(note.text)) }
    // The source has one reset counter and one reset histogram.
    var json = JSONLines(showsRates: true)
    let line = json.line(
      of: example.sampler, at: example.timestamp, matching: Pattern(paths: ["kvm/web1/vcpu0"])
    ).text
    let rates = try #require(line.split(separator: #""rates":"#).last)
    #expect(rates.contains(#""exits":{"per_second":5.0,"lowest":"#), "\(rates)")
    #expect(rates.split(separator: #""after_reset":true"#).count == 3, "\(rates)")
  }
}
