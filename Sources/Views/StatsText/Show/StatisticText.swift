internal import Statistics
internal import StatsFormats
public import StatsTree

/// Writes values grouped by statistic, with one table per family.
///
/// A family consists of the groups of many sources that have the same name and schema. The table of
/// a family has the statistics in one direction and the sources in the other.
///
/// ```
/// kvm  4 sources by pidfd_getfd
///   kvm/...      web1/vcpu0  web1/vcpu1  web2/vcpu0  web2/vcpu1
///   exits             123 k        12 k          40           2
///   41 statistics are zero
/// ```
/// A histogram is shown as the bound of its 99th percentile. If the sources do not fit side by
/// side, the table is transposed or split.
public struct StatisticText: Sendable {
  private let options: ShowText
  private let width: Int

  /// - Parameters:
  ///   - options: The options of `ShowText`: whether zeros are hidden, whether counters are shown
  ///     as rates, and the descriptions of the statistics.
  ///   - width: The maximum line length.
  public init(_ options: ShowText, width: Int) {
    self.options = options
    self.width = width
  }

  /// Returns the tables of the sampler's last sample in the order of the tree, separated by blank
  /// lines.
  public func text(of sampler: Sampler) -> String {
    var text = ByteText()
    var notes: Set<Footnote> = []
    for entries in families(of: sampler) {
      if !text.isEmpty { text.append(byte: .newline) }
      append(entries, sampler, &notes, to: &text)
    }
    for note in Footnote.allCases where notes.contains(note) {
      text.append(byte: .newline)
      text.append(note.text)
    }
    if !notes.isEmpty { text.append(byte: .newline) }
    return text.text
  }

  /// Returns the groups of the sampler's plan, divided by family.
  private func families(of sampler: Sampler) -> [[Plan.Entry]] {
    var families: [[Plan.Entry]] = []
    var places: [ObjectIdentifier: Int] = [:]
    for entry in sampler.plan.entries {
      let key = ObjectIdentifier(entry.group.family)
      if let place = places[key] {
        families[place].append(entry)
      } else {
        places[key] = families.count
        families.append([entry])
      }
    }
    return families
  }

  private func append(
    _ entries: [Plan.Entry], _ sampler: Sampler, _ notes: inout Set<Footnote>,
    to text: inout ByteText
  ) {
    guard let first = entries.first else { return }
    let (schema, aggregate) = (first.group.schema, first.group.aggregation?.definition)
    let kind = entries.count == 1 ? "1 source" : "\(entries.count) sources"
    var provenances: [String] = []
    for provenance in entries.map({ $0.group.provenance.description })
    where !provenances.contains(provenance) {
      provenances.append(provenance)
    }
    text.append(
      printable: "\(first.group.name)  \(kind) by \(provenances.joined(separator: "+"))")
    text.append(byte: .newline)
    var table = CrossTable(sources: entries.map(\.source.path))
    let names = StatisticNames(of: schema).names
    for index in first.shown {
      let formatter = CellFormatter(
        of: index, in: schema, aggregate, meanings: options.meanings)
      let cells = entries.map { entry in
        options.showsRates
          ? formatter.rate(
            sampler, at: entry.placement, memberCount: sampler.members(of: entry)?.count ?? 1,
            &notes)
          : formatter.value(sampler, at: entry.placement)
      }
      table.append(
        names[index] + formatter.suffix(showsRates: options.showsRates), cells,
        hidesZeros: options.hidesZeros)
    }
    text.append(table.text(width: width, indent: 2))
    if table.zeroCount > 0 {
      let phrase = table.zeroCount == 1 ? "statistic is" : "statistics are"
      text.append("  \(table.zeroCount) \(phrase) zero\n")
    }
  }
}
