import Statistics
import StatsKnowledge
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import StatsFormats

@Suite("OpenMetrics and Prometheus text") struct OpenMetricsTests {
  private func text(
    _ schemas: [(path: String, group: String, statistics: [Statistic], words: [UInt64])],
    _ dialect: OpenMetrics.Dialect = .openMetrics
  ) throws -> String {
    let tree = Tree()
    let backing = InMemoryBacking()
    for part in schemas {
      let token = backing.add(.words(part.words, window: Window(begin: 1, end: 2)))
      try tree.attach(
        part.group, schema: Schema(packing: part.statistics), backing: backing, token: token,
        provenance: .simulated, to: tree.source(part.path))
    }
    tree.assignRolesByPath()
    let sampler = Sampler(tree)
    sampler.pass()
    var metrics = OpenMetrics(sampler, meanings: try Meanings(parsing: ""), dialect: dialect)
    return metrics.text().text
  }

  /// Groups whose statistics have names that become equal as metric names.
  private static let clashing:
    [(path: String, group: String, statistics: [Statistic], words: [UInt64])] = {
      let statistics = [
        Statistic("a-b", .cumulative), Statistic("a_b", .cumulative), Statistic("a_b", .instant),
        Statistic("x", .peak), Statistic("x_max", .instant), Statistic("", .instant),
        Statistic("\"\n,é", .instant), Statistic("t_ns", .instant, unit: .seconds, scale: .nano),
        Statistic("t_us", .instant, unit: .seconds, scale: .micro),
        Statistic("h", .logHistogram, size: 2), Statistic("h_bucket", .instant),
        Statistic("signed", .cumulative, isSigned: true),
      ]
      let words: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 10, UInt64(bitPattern: -1)]
      return [
        (path: "a/b", group: "g", statistics: statistics, words: words),
        (path: "a/c", group: "g", statistics: [Statistic("a_b", .instant)], words: [1]),
        (path: "a/c", group: "g", statistics: [Statistic("a_b", .instant)], words: [2]),
        (path: "x", group: "g_a", statistics: [Statistic("b", .instant)], words: [3]),
        (path: "y", group: "g", statistics: [Statistic("le", .instant, unit: .bytes)], words: [3]),
        (path: "z", group: "g", statistics: [Statistic("le", .instant, unit: .bytes)], words: [3]),
      ]
    }()

  @Test("Metrics whose names would be equal have different names, in both dialects")
  func clashes() throws {
    let openMetrics = try text(Self.clashing)
    let checked = OpenMetricsChecker(openMetrics)
    #expect(checked.errors == [], "\(openMetrics)")
    // 18 values and buckets, 6 groups, 5 sources.
    #expect(checked.sampleCount == 18 + 6 + 5)
    for sample in [
      "vitals_g_a_b_total{source=\"b\"} 1", "vitals_g_a_b_cumulative_total{source=\"b\"} 2",
      "vitals_g_a_b_instant{source=\"b\"} 3", "vitals_g_t_seconds{source=\"b\"} 0.000000008",
      "vitals_g_signed{source=\"b\"} -1",
    ] {
      #expect(openMetrics.contains(sample + "\n"), "\(openMetrics)")
    }
    let prometheus = try text(Self.clashing, .prometheus)
    func samples(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
    #expect(samples(prometheus) == samples(openMetrics))
    // Each sample belongs to exactly one family.
    var familyCounts: [String: Int] = [:]
    for line in prometheus.split(separator: "\n") where line.hasPrefix("# TYPE ") {
      let words = line.split(separator: " ")
      let suffixes = words[3] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
      for suffix in suffixes { familyCounts[words[2] + suffix, default: 0] += 1 }
    }
    for sample in samples(prometheus) {
      let name = String(sample.prefix { $0 != "{" && $0 != " " })
      #expect(familyCounts[name] == 1, "\(sample)")
    }
  }

  @Test("promtool parses metrics with similar names", .enabled(if: Promtool.isInstalled))
  func promtool() throws {
    let errors = Promtool.errors(about: Array(try text(Self.clashing, .prometheus).utf8))
    #expect(!errors.contains("parsing error"), "\(errors)")
  }

  @Test("Labels of other programs become valid and unique")
  func labels() throws {
    let tree = Tree()
    let parent = try tree.add("p", keys: ["le": "1", "9": "x", "a.b": "y", "": "z"])
    let source = try tree.add("q", below: parent, keys: ["a b": "2", "__x": "3"])
    source.labels = ["path": "no", "a_b": "\\"]
    let backing = InMemoryBacking()
    try tree.attach(
      "g", schema: Schema(packing: [Statistic("v", .instant)]), backing: backing,
      token: backing.add(.silent),
      provenance: .simulated, to: source)
    let sampler = Sampler(tree)
    sampler.pass()
    var metrics = OpenMetrics(sampler, meanings: try Meanings(parsing: ""))
    let text = metrics.text().text
    #expect(OpenMetricsChecker(text).errors == [], "\(text)")
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

  @Test("Changes of sources between passes are visible at once") func changes() throws {
    let example = try Example()
    var metrics = OpenMetrics(example.sampler, meanings: try Meanings(parsing: ""))
    #expect(metrics.text().text.contains("vcpu=\"0\""))
    let guest = example.tree.source("kvm/web1")
    let late = example.tree.source("kvm/late", role: .vm)
    example.tree.remove(try #require(guest.child("vcpu0")))
    // The plan still has the group of the removed source.
    #expect(OpenMetricsChecker(metrics.text().text).errors == [])
    var other = OpenMetrics(
      example.sampler, meanings: try Meanings(parsing: ""), dialect: .prometheus)
    #expect(!other.text().text.contains("vcpu=\"0\""))
    _ = CSV().lines(of: example.sampler, at: example.timestamp)
    example.sampler.pass()
    #expect(!metrics.text().text.contains("vcpu=\"0\""))
    #expect(!metrics.text().text.contains("late"))
    late.status = .gone
    #expect(metrics.text().text.contains("vitals_source_up{vm=\"late\",path=\"kvm/late\"} 0"))
    #expect(OpenMetricsChecker(metrics.text().text).errors == [])
  }

  @Test("A source without groups is shown while it is not up or has a diagnostic")
  func groupless() throws {
    let example = try Example()
    let source = example.tree.source("kvm/late", role: .vm)
    var metrics = OpenMetrics(example.sampler, meanings: try Meanings(parsing: ""))
    let sample = "vitals_source_up{vm=\"late\",path=\"kvm/late\"}"
    func value() -> String? {
      let line = metrics.text().text.split(separator: "\n").first { $0.hasPrefix(sample) }
      return line.map { String($0.dropFirst(sample.count)) }
    }
    #expect(value() == nil)
    source.status = .denied(code: 1)
    #expect(value() == " 0")
    source.status = .up
    #expect(value() == nil)
    source.diagnose("access", "needs CAP_SYS_PTRACE")
    #expect(value() == " 1")
    // With a group the source has a series for the group instead.
    try example.tree.attach(
      "g", schema: Schema(packing: [Statistic("v", .instant)]), backing: example.backing,
      token: example.backing.add(.silent), provenance: .simulated, to: source)
    #expect(value() == nil)
    example.tree.remove(source)
    #expect(value() == nil)
  }

  @Test("Two groups of one name and source have different labels") func twins() throws {
    let statistics = [Statistic("v", .instant)]
    let open = try text([
      (path: "a/b", group: "g", statistics: statistics, words: [1]),
      (path: "a/b", group: "g", statistics: statistics, words: [2]),
      (path: "c/b", group: "g", statistics: statistics, words: [3]),
      (path: "d", group: "g", statistics: statistics, words: [4]),
    ])
    let checked = OpenMetricsChecker(open)
    #expect(checked.errors == [], "\(open)")
    #expect(open.contains("vitals_g_v 4\n"))
    #expect(open.contains("vitals_g_v{source=\"b\",path=\"c/b\"} 3\n"))
    #expect(checked.sampleCount == 3 + 4 + 4)
  }

  @Test("Buckets of width 0 are merged") func emptyBuckets() throws {
    let statistic = Statistic("h", .linearHistogram, size: 4, bucketSize: 0)
    let text = try text([(path: "a", group: "g", statistics: [statistic], words: [1, 2, 3, 4])])
    #expect(text.contains("le=\"0.0\"} 6\n"))
    #expect(text.contains("le=\"+Inf\"} 10\n"))
    #expect(OpenMetricsChecker(text).errors == [])
  }

  @Test(
    "The checker finds errors",
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
    #expect(OpenMetricsChecker(text).errors != [])
  }
}
