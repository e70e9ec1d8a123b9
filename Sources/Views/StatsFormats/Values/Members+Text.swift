package import Statistics
public import StatsTree

extension Members {
  /// The number of members, such as `6`, or `5/6` if only five of six members are up.
  public var text: String {
    upCount == count ? "\(count)" : "\(upCount)/\(count)"
  }

  /// The number of members with each status other than `up`, such as `, 1 stale, 2 departed`.
  ///
  /// The text is empty if there are no such members.
  package var unavailableText: String {
    [
      (staleCount, "stale"), (deniedCount, "denied"), (goneCount, "gone"),
      (departedCount, "departed"),
    ]
    .filter { $0.0 > 0 }.map { ", \($0) \($1)" }.joined()
  }
}

extension Sampler {
  /// Returns the provenance (access method) of a group.
  ///
  /// For an aggregate, the text contains the number of members, such as `aggregate(6)`.
  public func provenanceText(of entry: Plan.Entry) -> String {
    let word = entry.group.provenance.description
    return members(of: entry).map { "\(word)(\($0.text))" } ?? word
  }

  /// Returns the samples that departed members (members that no longer exist) contributed to a
  /// merged histogram; nil if there are no such samples.
  package func retainedHistogram(_ index: Int, of entry: Plan.Entry) -> Histogram? {
    guard let shape = entry.group.schema.statistics[index].histogramShape else { return nil }
    var counts: [UInt64] = []
    for word in 0..<shape.count {
      guard let count = retained(index, of: entry, word: word) else { return nil }
      counts.append(count)
    }
    return Histogram(shape: shape, counts: counts)
  }

  /// Returns the provenance of a group.
  ///
  /// For an aggregate, returns the provenances of its members, joined by `+`.
  package func memberProvenanceText(of entry: Plan.Entry) -> String {
    provenances(of: entry).map(\.description).joined(separator: "+")
  }
}

extension AggregateSchema {
  /// The functions that the aggregate computes, such as `min, max`.
  ///
  /// The text is `sum` if the aggregate computes the default function of each statistic
  /// (`AggregateFunction.natural`).
  package var functions: String {
    var found: [String] = []
    for index in schema.statistics.indices {
      guard let function = origin(of: index).function?.rawValue else { continue }
      if !found.contains(function) { found.append(function) }
    }
    // The default function of a peak is the maximum, but users expect "sum" for the whole group.
    let isNatural = schema.statistics.indices.allSatisfy { index in
      let (statistic, function) = origin(of: index)
      return function == AggregateFunction.natural(for: members.statistics[statistic])
    }
    return isNatural || found.isEmpty ? "sum" : found.joined(separator: ", ")
  }
}
