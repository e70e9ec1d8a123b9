import Statistics
public import StatsKnowledge
public import StatsTree

/// Writes the sampler's last sample as OpenMetrics 1.0 or Prometheus text 0.0.4.
///
/// Metrics are named `vitals_<group>_<statistic>[_<unit>]`, use seconds and bytes, and have the
/// labels of the source:
/// ```
/// # TYPE vitals_kvm_halt_wait_seconds counter
/// # UNIT vitals_kvm_halt_wait_seconds seconds
/// # HELP vitals_kvm_halt_wait_seconds Time that the vCPU was blocked.
/// vitals_kvm_halt_wait_seconds_total{vm="web1",vcpu="0"} 12.000000345
/// # EOF
/// ```
/// Both dialects (formats) have the same series. Only groups with the status `up` have samples. An
/// inactive (missing) value has no sample. The metric `vitals_source_up` reports which groups are
/// up. A histogram has `_sum` and `_count` only if the schema contains a counter with the exact
/// sum. Aggregates have no series, because a monitoring system computes sums itself and would
/// otherwise count the members twice.
///
/// The names and labels of the series are built again only after the plan changed. The tree is
/// searched again for sources without groups only after the tree changed.
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
  private var groupless: (generation: UInt64, sources: [Source])?
  private var lastByteCount = 0

  /// - Parameters:
  ///   - sampler: The sampler that provides the samples.
  ///   - meanings: The texts of the HELP lines.
  ///   - dialect: The format that the reader requested.
  ///   - pattern: Selects the sources.
  public init(
    _ sampler: Sampler, meanings: Meanings, dialect: Dialect = .openMetrics,
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

  /// Returns the text of the sampler's last sample.
  public mutating func text() -> [UInt8] {
    let layout = currentLayout()
    var text = ByteText()
    text.reserve(lastByteCount + lastByteCount / 8)
    let groupless = currentGrouplessSources()
    appendInfo(layout.sources + groupless, to: &text)
    appendUp(layout, groupless, to: &text)
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

  /// Returns those sources without groups that views show (see `Source.isShownWithoutGroups`).
  private mutating func currentGrouplessSources() -> [MetricLayout.Named] {
    // The generation (a number that changes whenever the tree changes) is read before the tree is
    // searched. If the tree changes during the search, the next call finds another generation and
    // searches again.
    let generation = sampler.tree.generation
    let sources: [Source]
    if let groupless, groupless.generation == generation {
      sources = groupless.sources
    } else {
      sources = VisibleSources.withoutGroups(sampler, matching: pattern)
      groupless = (generation, sources)
    }
    // The status and the diagnostics of a source can change while the generation stays the same.
    return sources.filter(\.isShownWithoutGroups).map { ($0, MetricLabels(of: $0)) }
  }

  // MARK: - Sources

  private func appendInfo(_ sources: [MetricLayout.Named], to text: inout ByteText) {
    guard !sources.isEmpty else { return }
    let isInfo = dialect == .openMetrics
    MetricHeader(
      name: isInfo ? "vitals_source" : "vitals_source_info", type: isInfo ? "info" : "gauge",
      unit: "", help: "A source of statistics, with its labels."
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
    _ layout: MetricLayout, _ groupless: [MetricLayout.Named], to text: inout ByteText
  ) {
    guard !layout.ups.isEmpty || !groupless.isEmpty else { return }
    MetricHeader(
      name: "vitals_source_up", type: "gauge", unit: "",
      help: "1 if the values of the group are current, otherwise 0."
    ).append(dialect, to: &text)
    for (entry, labels) in layout.ups {
      text.append("vitals_source_up")
      text.append(labels)
      text.append(sampler.status(of: entry) == .up ? " 1\n" : " 0\n")
    }
    for (source, labels) in groupless {
      var labels = labels
      labels.add("path", source.path)
      text.append("vitals_source_up")
      labels.append(to: &text)
      text.append(source.status == .up ? " 1\n" : " 0\n")
    }
  }
}
