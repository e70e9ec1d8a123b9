#if Metrics
import Statistics
import SharedTable
import Testing

@testable import StatsMetrics

struct TableNameTests {
  @Test(
    "A label is converted to a unique name",
    arguments: [
      ("http.requests", "http.requests"), ("a b", "a b"), ("größe", "größe"),
      ("a/b", "a%2fb"), ("a%2fb", "a%252fb"), (".hidden", "%2ehidden"), ("", "%"), ("%", "%25"),
      ("a\u{0}b\n", "a%00b%0a"), ("~metrics", "%7emetrics"), ("a\u{7f}", "a%7f"),
    ])
  func labelName(label: String, name: String) {
    #expect(TableName.of(label) == name)
  }

  @Test(
    "Dimensions are converted to a name",
    arguments: [
      ([("method", "GET"), ("code", "200")], "code=200,method=GET"),
      ([("code", "200"), ("method", "GET")], "code=200,method=GET"),
      ([("a=b", "c,d")], "a%3db=c%2cd"), ([("", "")], "%=%"),
      ([("k", "2"), ("k", "1")], "k=1,k=2"), ([("path", "/a/b")], "path=%2fa%2fb"),
    ] as [([(String, String)], String)])
  func dimensionsName(dimensions: [(String, String)], name: String) {
    #expect(DimensionSet(dimensions).name == name)
  }

  @Test("A long name ends with a hash of the whole name")
  func longName() {
    let long = String(repeating: "ä", count: 100)
    #expect(TableName.of(long) == long, "200 bytes fit")
    let one = TableName.of(long + "1")
    let other = TableName.of(long + "2")
    #expect(one != other)
    for name in [one, other, TableName.of(long, suffix: "~timer"), TableName.of("x" + long)] {
      #expect((190...200).contains(name.utf8.count))
      #expect(name.contains("~"))
      #expect(!name.contains("\u{fffd}"), "no character is cut")
    }
    #expect(TableName.of(long, suffix: "~timer").hasSuffix("~timer"))
  }

  @Test("The table contains the original text of converted names")
  func originalText() throws {
    let published = try Published()
    let long = String(repeating: "long ", count: 60)
    _ = published.metrics.makeCounter(label: long, dimensions: [("path", long)])
    let source = try #require(published.reader(at: 1))
    #expect(source.keys == ["path": long])
    let group = try #require(published.reader.groups.first { $0.source == source.id })
    #expect(group.schema.statistics[0].meaning == "The metric '\(long)' of swift-metrics.")
    _ = published.metrics.makeCounter(label: "nul\u{0}", dimensions: [("k\u{0}", "v\u{0}w")])
    #expect(published.reader(at: 2)?.keys == ["k%00": "v%00w"])
    #expect(published.refusedMetrics == 0)
  }
}

extension Published {
  fileprivate func reader(at index: Int) -> TableSource? {
    reader.refresh()
    return reader.sources.indices.contains(index) ? reader.sources[index] : nil
  }
}
#endif
