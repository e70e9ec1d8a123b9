internal import Statistics
import StatsKnowledge
internal import StatsTree

/// Builds the metric families of a sampler's plan and the labels of their series.
///
/// Statistics with the same group, name, type and unit form one family. If several families would
/// have the same name, the first family in the order of the tree keeps the name. The name of the
/// second family also contains the kind of the statistic. The names of further families contain the
/// kind and a number.
struct MetricLayout {
  /// The properties that assign statistics of different schemas to one family.
  private struct Key: Hashable {
    let group: String
    let statistic: String
    /// The number of preceding statistics in the schema that have the same name.
    let repetition: Int
    let metric: MetricName
    /// The scale, if the scale is not exact and values are therefore raw; nil for an exact scale.
    let rawScale: Scale?
  }

  typealias Named = (source: Source, labels: MetricLabels)

  let generation: UInt64
  private(set) var families: [MetricFamily] = []
  /// The sources that have groups, with their labels.
  private(set) var sources: [Named] = []
  /// The groups, each with the labels of its sample of the metric `vitals_source_up`.
  private(set) var ups: [(entry: Plan.Entry, labels: [UInt8])] = []
  private var indexOfFamily: [Key: Int] = [:]
  private var taken: Set<String> = ["vitals_source", "vitals_source_info", "vitals_source_up"]

  init(_ sampler: Sampler, _ meanings: Meanings, _ pattern: Pattern) {
    generation = sampler.plan.generation
    let items = VisibleSources(sampler, matching: pattern, hasAggregates: false).items
      .filter { !$0.entries.isEmpty }
    sources = items.map { ($0.source, MetricLabels(of: $0.source)) }
    var encodings: [String: [Schema: [(family: Int, encoding: MetricFamily.Encoding)]]] = [:]
    for part in Self.parts(items, sources.map(\.labels)) {
      addUp(part)
      let entry = part.entry
      let group = entry.group
      let made =
        encodings[part.scope]?[group.schema]
        ?? self.encodings(of: group.schema, inGroup: part.scope, meanings)
      encodings[part.scope, default: [:]][group.schema] = made
      var labels = ByteText()
      part.labels.appendPairs(to: &labels)
      for index in entry.shown {
        let (family, encoding) = made[index]
        families[family].members.append(
          MetricFamily.Member(entry: entry, encoding: encoding, labels: labels.bytes))
      }
    }
  }

  // MARK: - Labels

  private struct Part {
    let source: Source
    let entry: Plan.Entry
    var labels: MetricLabels

    /// The part of a family name that stands for the group: the name of the group, or `app` for a
    /// published source.
    ///
    /// For a published source, the name of the group is in the label `group` instead.
    var scope: String { isPublished ? "app" : entry.group.name }

    var isPublished: Bool { source.role.isPublished }
  }

  /// Returns the groups of all sources.
  ///
  /// Labels are added where necessary, so that the labels of each group are unique within its
  /// scope.
  private static func parts(_ items: [VisibleSources.Item], _ labels: [MetricLabels]) -> [Part] {
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

  private mutating func encodings(
    of schema: Schema, inGroup group: String, _ meanings: Meanings
  ) -> [(family: Int, encoding: MetricFamily.Encoding)] {
    var repetitions: [String: Int] = [:]
    return schema.statistics.map { statistic in
      let repetition = repetitions[statistic.name, default: 0]
      repetitions[statistic.name] = repetition + 1
      let isRaw = !statistic.scale.isExact
      let key = Key(
        group: group, statistic: statistic.name, repetition: repetition,
        metric: MetricName(statistic, inGroup: group), rawScale: isRaw ? statistic.scale : nil)
      return (family(key, of: statistic, meanings), MetricFamily.Encoding(statistic, in: schema))
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
    // The description in the schema is preferred, because it describes exactly this statistic.
    let known = statistic.meaning.isEmpty ? nil : statistic.meaning
    let meaning =
      known ?? meanings.all(named: statistic.name).first?.meaning
      ?? "Statistic \(statistic.name) of group \(group)."
    let isPlain = statistic.scale.isExact || statistic.kind == .state
    return isPlain ? meaning : "\(meaning) Raw values in \(statistic.exactUnit)."
  }
}
