package import Statistics
public import StatsTree

extension Members {
  /// The number of members, such as `6`, or `5/6` if only five are up.
  public var text: String {
    upCount == count ? "\(count)" : "\(upCount)/\(count)"
  }

  /// The numbers of members that are not up: `, 1 stale, 2 departed`; empty if there are none.
  package var unavailableText: String {
    [
      (staleCount, "stale"), (deniedCount, "denied"), (goneCount, "gone"),
      (departedCount, "departed"),
    ]
    .filter { $0.0 > 0 }.map { ", \($0) \($1)" }.joined()
  }
}

extension Sampler {
  /// Returns the provenance of a group, with the member count of an aggregate: `aggregate(6)`.
  public func provenanceText(of entry: Plan.Entry) -> String {
    let word = entry.group.provenance.description
    return members(of: entry).map { "\(word)(\($0.text))" } ?? word
  }

  /// Returns the samples of departed members in a merged histogram; nil if there are none.
  package func retainedHistogram(_ index: Int, of entry: Plan.Entry) -> Histogram? {
    guard let shape = entry.group.schema.statistics[index].histogramShape else { return nil }
    var counts: [UInt64] = []
    for word in 0..<shape.count {
      guard let count = retained(index, of: entry, word: word) else { return nil }
      counts.append(count)
    }
    return Histogram(shape: shape, counts: counts)
  }

  /// Returns the provenance of a group, or those of the members of an aggregate joined by `+`.
  package func memberProvenanceText(of entry: Plan.Entry) -> String {
    provenances(of: entry).map(\.description).joined(separator: "+")
  }
}

extension AggregateSchema {
  /// The functions of the aggregate, such as `min, max`; `sum` for the natural functions.
  package var functions: String {
    var found: [String] = []
    for index in schema.statistics.indices {
      guard let function = origin(of: index).function?.rawValue else { continue }
      if !found.contains(function) { found.append(function) }
    }
    // The natural function of a peak is the maximum, but a reader expects "sum" for the group.
    let isNatural = schema.statistics.indices.allSatisfy { index in
      let (statistic, function) = origin(of: index)
      return function == AggregateFunction.natural(for: members.statistics[statistic])
    }
    return isNatural || found.isEmpty ? "sum" : found.joined(separator: ", ")
  }
}
