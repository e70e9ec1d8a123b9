package import Statistics
public import StatsTree

extension Members {
  /// How many there are, such as `6`, or `5/6` where the numbers of only five are of now.
  public var text: String {
    upCount == count ? "\(count)" : "\(upCount)/\(count)"
  }

  /// What is to be said of those whose numbers are not of now: `, 1 stale, 2 departed`.
  package var troubles: String {
    [
      (staleCount, "stale"), (deniedCount, "denied"), (goneCount, "gone"),
      (departedCount, "departed"),
    ]
    .filter { $0.0 > 0 }.map { ", \($0) \($1)" }.joined()
  }
}

extension Sampler {
  /// The way that the numbers of a group come, of an aggregate with its members: `aggregate(6)`.
  public func way(of entry: Plan.Entry) -> String {
    let word = entry.group.provenance.description
    return members(of: entry).map { "\(word)(\($0.text))" } ?? word
  }

  /// What departed members left in a merged histogram; nil where none did.
  package func retainedHistogram(_ index: Int, of entry: Plan.Entry) -> Histogram? {
    guard let shape = entry.group.schema.statistics[index].histogramShape else { return nil }
    var counts: [UInt64] = []
    for word in 0..<shape.count {
      guard let count = retained(index, of: entry, word: word) else { return nil }
      counts.append(count)
    }
    return Histogram(shape: shape, counts: counts)
  }

  /// The ways that the numbers of a group come, of an aggregate those of its members.
  package func ways(of entry: Plan.Entry) -> String {
    provenances(of: entry).map(\.description).joined(separator: "+")
  }
}

extension AggregateSchema {
  /// What it makes of most statistics: `sum`, or the functions that were asked for: `min, max`.
  package var functions: String {
    var found: [String] = []
    for index in schema.statistics.indices {
      guard let function = origin(of: index).function?.rawValue else { continue }
      if !found.contains(function) { found.append(function) }
    }
    // The natural one of most is the sum; peaks have their highest.
    let isNatural = schema.statistics.indices.allSatisfy { index in
      let (statistic, function) = origin(of: index)
      return function == FoldFunction.natural(for: source.statistics[statistic])
    }
    return isNatural || found.isEmpty ? "sum" : found.joined(separator: ", ")
  }
}
