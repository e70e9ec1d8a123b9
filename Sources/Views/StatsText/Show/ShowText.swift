internal import Statistics
public import StatsFormats
public import StatsTree

/// Sources as blocks of text, for a person who looks at a few of them.
///
/// ```
/// kvm/web1/vcpu0  up  vcpu=0
///   kvm  by pidfd_getfd, 1.20 ms ago, read in 230 ns
///     exits           123 k   4.21 k/s
///     halt_wait_hist  1234 samples  p50 <= 1.02 us  p90 <= 4.09 us  ...
///     12 statistics are zero
/// ```
/// Of an aggregate the heading has its members, and what departed ones left in a sum stands apart:
/// ```
///   vcpus.kvm  sum of 6 by pidfd_getfd, 718 us ago, read in 21 us, 1 stale, 2 departed
///     exits           923 k   9.84 k/s  (12.5 k of departed)
///     blocking        3 of 6
/// ```
public struct ShowText: Sendable {
  /// Leaves out statistics that are zero, or with rates did not move, and says how many.
  public var hidesZeros = true
  /// Shows how fast counts grow, and of histograms the samples of the interval.
  public var showsRates = false
  /// Shows each bucket with samples and its exact bounds.
  public var showsBars = false
  /// Shows what a source says of its statistics, as far as it fits into lines so long; nil: not.
  public var meaningWidth: Int?

  public init(
    hidesZeros: Bool = true, showsRates: Bool = false, showsBars: Bool = false,
    meaningWidth: Int? = nil
  ) {
    self.hidesZeros = hidesZeros
    self.showsRates = showsRates
    self.showsBars = showsBars
    self.meaningWidth = meaningWidth
  }

  /// The blocks of the sources that match, with a blank line between them and footnotes behind.
  public func text(
    of sampler: Sampler, at moment: Timestamp, matching pattern: Pattern = .everything
  ) -> String {
    var text = ByteText()
    var notes: Set<Note> = []
    for item in Listing(sampler, matching: pattern).items {
      if !text.isEmpty { text.append(byte: .newline) }
      appendHeading(of: item.source, at: moment, to: &text)
      for entry in item.entries {
        let block = GroupBlock(self, sampler, entry)
        appendHeading(of: entry, sampler, at: moment, to: &text)
        block.append(to: &text)
        notes.formUnion(block.notes)
      }
    }
    for note in Note.allCases where notes.contains(note) {
      text.append(byte: .newline)
      text.append(note.text)
    }
    if !notes.isEmpty { text.append(byte: .newline) }
    return text.text
  }

  /// The line of a source: its path, state and facts; then its remarks.
  func appendHeading(of source: Source, at moment: Timestamp, to text: inout ByteText) {
    text.append(printable: source.path)
    text.append("  \(source.status.text(at: moment))")
    for facts in [source.keys, source.labels] where !facts.isEmpty {
      text.append(" ")
      for (name, value) in facts.sorted(by: { $0.key < $1.key }) {
        text.append(printable: " \(name)=\(value)")
      }
    }
    text.append(byte: .newline)
    for remark in source.remarks {
      text.append(printable: "  (\(remark))")
      text.append(byte: .newline)
    }
  }

  /// The line of a group: which way its numbers come, how old they are and what is wrong; of an
  /// aggregate it may name the functions.
  func appendHeading(
    of entry: Plan.Entry, _ sampler: Sampler, at moment: Timestamp, namesFunctions: Bool = true,
    to text: inout ByteText
  ) {
    let status = sampler.status(of: entry)
    let members = sampler.members(of: entry)
    text.append(printable: "  \(entry.group.name)  ")
    if let members, let form = entry.group.aggregation?.form {
      text.append(namesFunctions ? "\(form.functions) of " : "of ")
      text.append("\(members.count) ")
    }
    text.append(printable: "by \(sampler.ways(of: entry))")
    if status != .up { text.append(", \(status.text(at: moment))") }
    if status.hasNumbers, status != .stale(since: 0) {
      let window = sampler.window(of: entry)
      let width = Quantity(
        Decimal(mantissa: UInt128(window.end - window.begin), exponent: -9), unit: .seconds)
      text.append(", \(moment.age(of: window.end)) ago, read in \(width.text)")
    }
    if let members { text.append(members.troubles) }
    text.append(byte: .newline)
  }
}
