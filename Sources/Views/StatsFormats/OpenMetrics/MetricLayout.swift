internal import Statistics
import StatsKnowledge
internal import StatsTree

/// The families of a plan and the labels of their series.
///
/// Statistics are one family where group, name, type and unit are the same. Where that would give
/// two families one name, the first in the order of the tree keeps it and the next one has its
/// kind in its name, then a number.
struct MetricLayout {
  /// What makes statistics of different schemas one family.
  private struct Key: Hashable {
    let group: String
    let statistic: String
    /// How often the name stood in the schema before.
    let repetition: Int
    let metric: MetricName
    /// What the raw values are counted in, where that is not the unit.
    let rawScale: Scale?
  }

  typealias Named = (source: Source, labels: MetricLabels)

  let generation: UInt64
  private(set) var families: [MetricFamily] = []
  /// The sources that have groups.
  private(set) var sources: [Named] = []
  /// Each group with the labels of its `vitals_source_up`.
  private(set) var ups: [(entry: Plan.Entry, labels: [UInt8])] = []
  private var indexOfFamily: [Key: Int] = [:]
  private var taken: Set<String> = ["vitals_source", "vitals_source_info", "vitals_source_up"]

  init(_ sampler: Sampler, _ meanings: Meanings, _ pattern: Pattern) {
    generation = sampler.plan.generation
    let items = Listing(sampler, matching: pattern, hasAggregates: false).items
      .filter { !$0.entries.isEmpty }
    sources = items.map { ($0.source, MetricLabels(of: $0.source)) }
    var forms: [String: [Schema: [(family: Int, form: MetricFamily.Form)]]] = [:]
    for part in Self.parts(items, sources.map(\.labels)) {
      addUp(part)
      let entry = part.entry
      let group = entry.group
      let made =
        forms[part.scope]?[group.schema]
        ?? self.forms(of: group.schema, inGroup: part.scope, meanings)
      forms[part.scope, default: [:]][group.schema] = made
      var labels = ByteText()
      part.labels.appendPairs(to: &labels)
      for index in entry.shown {
        let (family, form) = made[index]
        families[family].members.append(
          MetricFamily.Member(entry: entry, form: form, labels: labels.bytes))
      }
    }
  }

  // MARK: - Labels

  private struct Part {
    let source: Source
    let entry: Plan.Entry
    var labels: MetricLabels

    /// What stands in a family's name: the group, or of what programs publish `app`, where the
    /// group is a label.
    var scope: String { isPublished ? "app" : entry.group.name }

    var isPublished: Bool { source.path.hasPrefix("app/") }
  }

  /// The groups with labels that no other group of that name has.
  private static func parts(_ items: [Listing.Item], _ labels: [MetricLabels]) -> [Part] {
    var parts: [Part] = []
    for (item, labels) in zip(items, labels) {
      for entry in item.entries {
        var part = Part(source: item.source, entry: entry, labels: labels)
        if part.isPublished { part.labels.add("group", entry.group.name) }
        parts.append(part)
      }
    }
    let distinctions: [(name: String, value: (Part) -> String)] = [
      ("path", { $0.source.path }),
      ("provenance", { $0.entry.group.provenance.description }),
      ("group_id", { String($0.entry.group.id) }),
    ]
    for distinction in distinctions {
      var seen: [String: [MetricLabels: Int]] = [:]
      for part in parts {
        seen[part.scope, default: [:]][part.labels, default: 0] += 1
      }
      for index in parts.indices {
        let part = parts[index]
        guard (seen[part.scope]?[part.labels] ?? 0) > 1 else { continue }
        parts[index].labels.add(distinction.name, distinction.value(part))
      }
    }
    return parts
  }

  private mutating func addUp(_ part: Part) {
    var labels = part.labels
    let group = part.entry.group
    if !part.isPublished { labels.add("group", group.name) }
    if !labels.contains("provenance") { labels.add("provenance", group.provenance.description) }
    var text = ByteText()
    labels.append(to: &text)
    ups.append((part.entry, text.bytes))
  }

  // MARK: - Families

  private mutating func forms(
    of schema: Schema, inGroup group: String, _ meanings: Meanings
  ) -> [(family: Int, form: MetricFamily.Form)] {
    var repetitions: [String: Int] = [:]
    return schema.statistics.map { statistic in
      let repetition = repetitions[statistic.name, default: 0]
      repetitions[statistic.name] = repetition + 1
      let isRaw = !statistic.scale.isExact
      let key = Key(
        group: group, statistic: statistic.name, repetition: repetition,
        metric: MetricName(statistic, inGroup: group), rawScale: isRaw ? statistic.scale : nil)
      return (family(key, of: statistic, meanings), MetricFamily.Form(statistic, in: schema))
    }
  }

  private mutating func family(_ key: Key, of statistic: Statistic, _ meanings: Meanings) -> Int {
    if let known = indexOfFamily[key] { return known }
    let kind = "_" + MetricName.cleaned(statistic.kind.description)
    var name = key.metric.family()
    var number = 1
    while key.metric.names(ofFamily: name).contains(where: { taken.contains($0) }) {
      name = key.metric.family(number == 1 ? kind : "\(kind)_\(number)")
      number += 1
    }
    taken.formUnion(key.metric.names(ofFamily: name))
    indexOfFamily[key] = families.count
    families.append(
      MetricFamily(
        name: name, metric: key.metric, help: Self.help(of: statistic, in: key.group, meanings)))
    return families.count - 1
  }

  private static func help(
    of statistic: Statistic, in group: String, _ meanings: Meanings
  ) -> String {
    // What a source says of its own statistic is about that one.
    let known = statistic.meaning.isEmpty ? nil : statistic.meaning
    let meaning =
      known ?? meanings.all(named: statistic.name).first?.meaning
      ?? "The statistic \(statistic.name) of \(group)."
    let isPlain = statistic.scale.isExact || statistic.kind == .state
    return isPlain ? meaning : "\(meaning) Raw: in \(statistic.exactUnit)."
  }
}
