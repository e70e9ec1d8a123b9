public import Statistics
import StatsFormats
public import StatsKnowledge
public import StatsTree

/// Writes sources as blocks of text, with one line per statistic.
///
/// ```
/// kvm/web1/vcpu0  up  vcpu=0
///   kvm  by pidfd_getfd, 1.20 ms ago, read in 230 ns
///     exits           123 k   4.21 k/s
///     halt_wait_hist  1234 samples  p50 <= 1.02 us  p90 <= 4.09 us  ...
///     12 statistics are zero
/// ```
/// The heading of an aggregate contains the number of members. The part of a sum that comes from
/// departed members (members that no longer exist) is shown in parentheses:
/// ```
///   vcpus.kvm  sum of 6 by pidfd_getfd, 718 us ago, read in 21 us, 1 stale, 2 departed
///     exits           923 k   9.84 k/s  (12.5 k from departed members)
///     blocking        3 of 6
/// ```
public struct ShowText: Sendable {
  /// The descriptions of the statistics.
  ///
  /// The descriptions tell which statistics count the time of a wait only when the wait ends.
  public var meanings: Meanings
  /// Whether statistics that are zero or did not change are omitted.
  ///
  /// A line then gives the number of omitted statistics.
  public var hidesZeros = true
  /// Whether counters are shown with their rates, and histograms with the samples of the interval
  /// only.
  public var showsRates = false
  /// Whether each bucket with samples is shown with its exact bounds.
  public var showsBars = false
  /// The maximum length of a line that ends with a description from the schema; nil to show no
  /// descriptions.
  ///
  /// A longer description is cut, or omitted if there is too little room for it.
  public var meaningWidth: Int?

  public init(
    meanings: Meanings, hidesZeros: Bool = true, showsRates: Bool = false, showsBars: Bool = false,
    meaningWidth: Int? = nil
  ) {
    self.meanings = meanings
    self.hidesZeros = hidesZeros
    self.showsRates = showsRates
    self.showsBars = showsBars
    self.meaningWidth = meaningWidth
  }

  /// Returns the blocks of all matching sources, separated by blank lines.
  ///
  /// The footnotes follow the last block.
  public func text(
    of sampler: Sampler, at timestamp: Timestamp, matching pattern: Pattern = .everything
  ) -> String {
    var text = ByteText()
    var notes: Set<Footnote> = []
    for item in VisibleSources(sampler, matching: pattern).items {
      if !text.isEmpty { text.append(byte: .newline) }
      appendHeading(of: item.source, at: timestamp, to: &text)
      for entry in item.entries {
        let block = GroupBlock(self, sampler, entry)
        appendHeading(of: entry, sampler, at: timestamp, to: &text)
        block.append(to: &text)
        notes.formUnion(block.notes)
      }
    }
    for note in Footnote.allCases where notes.contains(note) {
      text.append(byte: .newline)
      text.append(note.text)
    }
    if !notes.isEmpty { text.append(byte: .newline) }
    return text.text
  }

  /// Appends the line of a source with its path, status, keys and labels.
  ///
  /// One line per diagnostic of the source follows.
  func appendHeading(of source: Source, at timestamp: Timestamp, to text: inout ByteText) {
    text.append(printable: source.path)
    text.append("  \(source.status.text(at: timestamp))")
    for facts in [source.keys, source.labels] where !facts.isEmpty {
      text.append(" ")
      for (name, value) in facts.sorted(by: { $0.key < $1.key }) {
        text.append(printable: " \(name)=\(value)")
      }
    }
    text.append(byte: .newline)
    for diagnostic in source.diagnostics {
      text.append(printable: "  (\(diagnostic.text))")
      text.append(byte: .newline)
    }
  }

  /// Appends the line of a group with its provenance (access method), its status and the age of its
  /// values.
  ///
  /// The line of an aggregate includes its functions if `namesFunctions` is set.
  func appendHeading(
    of entry: Plan.Entry, _ sampler: Sampler, at timestamp: Timestamp, namesFunctions: Bool = true,
    to text: inout ByteText
  ) {
    let status = sampler.status(of: entry)
    let members = sampler.members(of: entry)
    text.append(printable: "  \(entry.group.name)  ")
    if let members, let aggregate = entry.group.aggregation?.definition {
      text.append(namesFunctions ? "\(aggregate.functions) of " : "of ")
      text.append("\(members.count) ")
    }
    text.append(printable: "by \(sampler.memberProvenanceText(of: entry))")
    if status != .up { text.append(", \(status.text(at: timestamp))") }
    if status.hasNumbers {
      let window = sampler.window(of: entry)
      let width = Quantity(
        Decimal(mantissa: UInt128(window.end - window.begin), exponent: -9), unit: .seconds)
      text.append(", \(timestamp.age(of: window.end)) ago, read in \(width.text)")
    }
    if let members { text.append(members.unavailableText) }
    text.append(byte: .newline)
  }
}
