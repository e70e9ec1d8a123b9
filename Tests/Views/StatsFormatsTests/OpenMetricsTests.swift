import Statistics
import StatsKnowledge
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite struct OpenMetricsTests {
  private func text(
    _ schemas: [(path: String, group: String, statistics: [Statistic], words: [UInt64])],
    _ dialect: OpenMetrics.Dialect = .openMetrics
  ) throws -> String {
    let tree = Tree()
    let numbers = Numbers()
    for (token, part) in schemas.enumerated() {
      try tree.attach(
        part.group, schema: Schema(packing: part.statistics), backing: numbers, token: token,
        provenance: .simulated, to: tree.source(part.path))
      numbers.records[token] = .init(words: part.words, window: Window(begin: 1, end: 2))
    }
    let sampler = Sampler(tree)
    sampler.pass()
    var metrics = OpenMetrics(sampler, try Meanings(parsing: ""), dialect: dialect)
    return metrics.text().text
  }

  @Test("Names that fall together stay apart, in both dialects")
  func clashes() throws {
    let statistics = [
      Statistic("a-b", .cumulative), Statistic("a_b", .cumulative), Statistic("a_b", .instant),
      Statistic("x", .peak), Statistic("x_max", .instant), Statistic("", .instant),
      Statistic("\"\n,é", .instant), Statistic("t_ns", .instant, unit: .seconds, scale: .nano),
      Statistic("t_us", .instant, unit: .seconds, scale: .micro),
      Statistic("h", .logHistogram, size: 2), Statistic("h_bucket", .instant),
      Statistic("signed", .cumulative, isSigned: true),
    ]
    let words: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 10, UInt64(bitPattern: -1)]
    let parts = [
      (path: "a/b", group: "g", statistics: statistics, words: words),
      (path: "a/c", group: "g", statistics: [Statistic("a_b", .instant)], words: [1]),
      (path: "a/c", group: "g", statistics: [Statistic("a_b", .instant)], words: [2]),
      (path: "x", group: "g_a", statistics: [Statistic("b", .instant)], words: [3]),
      (path: "y", group: "g", statistics: [Statistic("le", .instant, unit: .bytes)], words: [3]),
      (path: "z", group: "g", statistics: [Statistic("le", .instant, unit: .bytes)], words: [3]),
    ]
    let open = try text(parts)
    let checked = OpenMetricsChecker(open)
    #expect(checked.flaws == [], "\(open)")
    #expect(open.contains("vitals_g_t_seconds{source=\"b\"} 0.000000008"))
    #expect(open.contains("vitals_g_signed{source=\"b\"} -1"))
    if Promtool.isInstalled {
      let complaints = Promtool.complaints(about: Array(try text(parts, .prometheus).utf8))
      #expect(!complaints.contains("parsing error"), "\(complaints)")
    }
  }

  @Test("Labels from outside are made fit and each stands once")
  func labels() throws {
    let tree = Tree()
    let parent = try tree.add("p", keys: ["le": "1", "9": "x", "a.b": "y", "": "z"])
    let source = try tree.add("q", below: parent, keys: ["a b": "2", "__x": "3"])
    source.labels = ["path": "no", "a_b": "\\"]
    try tree.attach(
      "g", schema: Schema(packing: [Statistic("v", .instant)]), backing: Numbers(), token: 0,
      provenance: .simulated, to: source)
    let sampler = Sampler(tree)
    sampler.pass()
    var metrics = OpenMetrics(sampler, try Meanings(parsing: ""))
    let text = metrics.text().text
    #expect(OpenMetricsChecker(text).flaws == [], "\(text)")
    #expect(text.contains("key_le=\"1\""))
    #expect(text.contains("vitals_source_up{"))
    #expect(!text.contains("vitals_g_v"))
  }

  @Test(
    "Bounds are canonical",
    arguments: [
      (0, "0.0"), (1, "1e-09"), (1023, "1.023e-06"), (100_000, "0.0001"),
      (1_048_575, "0.001048575"),
      (1_073_741_823, "1.073741823"), (1_000_000_000_000_000, "1e+06"),
      (99_999_000_000_000, "99999.0"), (UInt64.max, "1.8446744073709551615e+10"),
    ]) func canonical(raw: UInt64, text: String) throws
  {
    let decimal = try #require(Decimal(raw, scale: .nano))
    #expect(BucketBounds.canonical(decimal) == text)
  }

  @Test("What leaves, comes or is refused between passes is right at once") func changes() throws {
    let example = try Example()
    var metrics = OpenMetrics(example.sampler, try Meanings(parsing: ""))
    #expect(metrics.text().text.contains("vcpu=\"0\""))
    let guest = example.tree.source("kvm/web1")
    let late = example.tree.source("kvm/late")
    do {
      guard let child = guest.child("vcpu0") else { return }
      example.tree.remove(child)
    }
    // The plan still has the group, whose source is no more.
    #expect(OpenMetricsChecker(metrics.text().text).flaws == [])
    var other = OpenMetrics(example.sampler, try Meanings(parsing: ""), dialect: .prometheus)
    #expect(!other.text().text.contains("vcpu=\"0\""))
    _ = CSV().lines(of: example.sampler, at: example.moment)
    example.sampler.pass()
    #expect(!metrics.text().text.contains("vcpu=\"0\""))
    #expect(!metrics.text().text.contains("late"))
    late.status = .gone
    #expect(metrics.text().text.contains("vitals_source_up{vm=\"late\",path=\"kvm/late\"} 0"))
    #expect(OpenMetricsChecker(metrics.text().text).flaws == [])
  }

  @Test("Two groups of one name and source are told apart") func twins() throws {
    let statistics = [Statistic("v", .instant)]
    let open = try text([
      (path: "a/b", group: "g", statistics: statistics, words: [1]),
      (path: "a/b", group: "g", statistics: statistics, words: [2]),
      (path: "c/b", group: "g", statistics: statistics, words: [3]),
      (path: "d", group: "g", statistics: statistics, words: [4]),
    ])
    let checked = OpenMetricsChecker(open)
    #expect(checked.flaws == [], "\(open)")
    #expect(open.contains("vitals_g_v 4\n"))
    #expect(open.contains("vitals_g_v{source=\"b\",path=\"c/b\"} 3\n"))
    #expect(checked.sampleCount == 3 + 4 + 4)
  }

  @Test("Buckets without width are one") func flawedBuckets() throws {
    let statistic = Statistic("h", .linearHistogram, size: 4, bucketSize: 0)
    let text = try text([(path: "a", group: "g", statistics: [statistic], words: [1, 2, 3, 4])])
    #expect(text.contains("le=\"0.0\"} 6\n"))
    #expect(text.contains("le=\"+Inf\"} 10\n"))
    #expect(OpenMetricsChecker(text).flaws == [])
  }

  @Test(
    "The checker finds flaws",
    arguments: [
      "a 1\n# EOF\n", "# TYPE a counter\na 1\n# EOF\n", "# TYPE a gauge\na 1\n",
      "# TYPE a gauge\na 1\na 2\n# EOF\n", "# TYPE a gauge\na{b=\"\"c\"} 1\n# EOF\n",
      "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
      "# TYPE a histogram\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
      "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n# EOF\n",
      "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{c=\"1\"} 1\n# EOF\n",
      "# TYPE a counter\na_total 1\n# TYPE a_total gauge\na_total 1\n# EOF\n",
      "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n",
    ]) func checker(text: String)
  {
    #expect(OpenMetricsChecker(text).flaws != [])
  }
}
