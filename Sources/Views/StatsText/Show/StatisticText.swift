internal import Statistics
internal import StatsFormats
import StatsKnowledge
public import StatsTree

/// Statistics first: for each family of groups a table of its statistics by its sources.
///
/// ```
/// kvm  4 sources by pidfd_getfd
///   kvm/...      web1/vcpu0  web1/vcpu1  web2/vcpu0  web2/vcpu1
///   exits             123 k        12 k          40           2
///   41 statistics are zero
/// ```
/// A histogram has the bound of its 99th percentile. Where the sources do not fit side by side the
/// table is turned round or parted.
public struct StatisticText: Sendable {
  private let options: ShowText
  private let width: Int

  /// - Parameters:
  ///   - options: of these zeros are hidden, and counts are shown as rates.
  ///   - width: how long lines may be.
  public init(_ options: ShowText, width: Int) {
    self.options = options
    self.width = width
  }

  /// The tables of the last pass, in the order of the tree, with a blank line between them.
  public func text(of sampler: Sampler) -> String {
    var text = ByteText()
    var notes: Set<Note> = []
    for entries in families(of: sampler) {
      if !text.isEmpty { text.append(byte: .newline) }
      append(entries, sampler, &notes, to: &text)
    }
    for note in Note.allCases where notes.contains(note) {
      text.append(byte: .newline)
      text.append(note.text)
    }
    if !notes.isEmpty { text.append(byte: .newline) }
    return text.text
  }

  /// The groups that are shown, by family.
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
    _ entries: [Plan.Entry], _ sampler: Sampler, _ notes: inout Set<Note>,
    to text: inout ByteText
  ) {
    guard let first = entries.first else { return }
    let (schema, fold) = (first.group.schema, first.group.aggregation?.form)
    let kind = entries.count == 1 ? "1 source" : "\(entries.count) sources"
    var ways: [String] = []
    for way in entries.map({ $0.group.provenance.description }) where !ways.contains(way) {
      ways.append(way)
    }
    text.append(printable: "\(first.group.name)  \(kind) by \(ways.joined(separator: "+"))")
    text.append(byte: .newline)
    var table = CrossTable(sources: entries.map(\.source.path))
    let names = StatisticNames(of: schema).names
    for index in first.shown {
      let form = CellForm(of: index, .builtIn, in: schema, fold)
      let cells = entries.map { entry in
        options.showsRates
          ? form.rate(
            sampler, at: entry.placement, parties: sampler.members(of: entry)?.count ?? 1, &notes)
          : form.value(sampler, at: entry.placement)
      }
      table.append(
        names[index] + form.suffix(showsRates: options.showsRates), cells,
        hidesZeros: options.hidesZeros)
    }
    text.append(table.text(width: width, indent: 2))
    if table.zeroCount > 0 {
      let phrase = table.zeroCount == 1 ? "statistic is" : "statistics are"
      text.append("  \(table.zeroCount) \(phrase) zero\n")
    }
  }
}
