import Statistics
public import StatsKnowledge
public import StatsTree

/// The last pass as OpenMetrics 1.0 or as Prometheus text 0.0.4.
///
/// `vitals_<group>_<statistic>[_<unit>]`, in seconds and bytes, with the labels of the source:
/// ```
/// # TYPE vitals_kvm_halt_wait_seconds counter
/// # UNIT vitals_kvm_halt_wait_seconds seconds
/// # HELP vitals_kvm_halt_wait_seconds Time that the vCPU was blocked.
/// vitals_kvm_halt_wait_seconds_total{vm="web1",vcpu="0"} 12.000000345
/// # EOF
/// ```
/// Both dialects have the same series. Only groups that are up have samples: what is stale, denied
/// or gone is absent, and so is what is not produced now; `vitals_source_up` says which groups are
/// up. A histogram has `_sum` and `_count` only where the schema has the true sum. Aggregates have
/// no series: a monitoring system sums by itself, and would count their members twice.
///
/// Names and labels are made once for each generation of the tree.
public struct OpenMetrics {
  public enum Dialect: Hashable, Sendable {
    case openMetrics
    case prometheus
  }

  public let dialect: Dialect
  private let sampler: Sampler
  private let meanings: Meanings
  private let pattern: Pattern
  private var layout: MetricLayout?
  private var lastByteCount = 0

  /// - Parameters:
  ///   - sampler: whose last pass is written.
  ///   - meanings: what HELP lines say.
  ///   - dialect: the media type that the reader asked for.
  ///   - pattern: the sources that are written.
  public init(
    _ sampler: Sampler, _ meanings: Meanings, dialect: Dialect = .openMetrics,
    matching pattern: Pattern = .everything
  ) {
    self.sampler = sampler
    self.meanings = meanings
    self.dialect = dialect
    self.pattern = pattern
  }

  /// The media type of the text.
  public var mediaType: String {
    switch dialect {
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    }
  }

  /// The text of the last pass.
  public mutating func text() -> [UInt8] {
    let layout = currentLayout()
    var text = ByteText()
    text.reserve(lastByteCount + lastByteCount / 8)
    // What a source without groups says of itself may change at any time.
    let silent = Listing(sampler, matching: pattern, hasAggregates: false).items
      .filter(\.entries.isEmpty)
    let silentSources = silent.map { ($0.source, MetricLabels(of: $0.source)) }
    appendInfo(layout.sources + silentSources, to: &text)
    appendUp(layout, silentSources, to: &text)
    for family in layout.families {
      family.append(sampler, dialect, to: &text)
    }
    if dialect == .openMetrics { text.append("# EOF\n") }
    lastByteCount = text.bytes.count
    return text.bytes
  }

  private mutating func currentLayout() -> MetricLayout {
    if let layout, layout.generation == sampler.plan.generation { return layout }
    let made = MetricLayout(sampler, meanings, pattern)
    layout = made
    return made
  }

  // MARK: - Sources

  private func appendInfo(_ sources: [MetricLayout.Named], to text: inout ByteText) {
    guard !sources.isEmpty else { return }
    let isInfo = dialect == .openMetrics
    MetricHeader(
      name: isInfo ? "vitals_source" : "vitals_source_info", type: isInfo ? "info" : "gauge",
      unit: "", help: "A source of statistics and the facts about it that are words."
    ).append(dialect, to: &text)
    for (source, labels) in sources {
      var labels = labels
      labels.add("path", source.path)
      for (name, value) in source.labels.sorted(by: { $0.key < $1.key }) {
        labels.add(name, value, prefix: "label_")
      }
      text.append("vitals_source_info")
      labels.append(to: &text)
      text.append(" 1\n")
    }
  }

  private func appendUp(
    _ layout: MetricLayout, _ silentSources: [MetricLayout.Named], to text: inout ByteText
  ) {
    guard !layout.ups.isEmpty || !silentSources.isEmpty else { return }
    MetricHeader(
      name: "vitals_source_up", type: "gauge", unit: "",
      help: "Whether the numbers of a group of statistics are current."
    ).append(dialect, to: &text)
    for (entry, labels) in layout.ups {
      text.append("vitals_source_up")
      text.append(labels)
      text.append(sampler.status(of: entry) == .up ? " 1\n" : " 0\n")
    }
    for (source, labels) in silentSources {
      var labels = labels
      labels.add("path", source.path)
      text.append("vitals_source_up")
      labels.append(to: &text)
      text.append(source.status == .up ? " 1\n" : " 0\n")
    }
  }
}
