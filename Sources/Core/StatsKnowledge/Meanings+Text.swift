public import Statistics

extension Meanings {
  /// What a statistic means: in its own words, else what its name means wherever it stands.
  ///
  /// - Parameters:
  ///   - statistic: the statistic.
  ///   - name: what is looked up in place of its own name, as of what an aggregate folds.
  /// - Returns: one or more sentences; empty where nothing is known.
  public func text(of statistic: Statistic, _ name: String? = nil) -> String {
    if !statistic.meaning.isEmpty { return statistic.meaning }
    var texts: [String] = []
    for meaning in all(named: name ?? statistic.name) where !texts.contains(meaning.meaning) {
      texts.append(meaning.meaning)
    }
    return texts.joined(separator: " / ")
  }
}
