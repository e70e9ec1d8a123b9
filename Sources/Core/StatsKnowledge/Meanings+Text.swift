public import Statistics

extension Meanings {
  /// Returns the meaning that the statistic has itself, or else the meanings known for its name.
  ///
  /// - Parameters:
  ///   - statistic: The statistic.
  ///   - name: The name to look up instead of the statistic's own name. For a statistic of an
  ///     aggregate, this is the name in the members' schema.
  /// - Returns: One or more sentences; empty if no meaning is known.
  public func text(of statistic: Statistic, _ name: String? = nil) -> String {
    if !statistic.meaning.isEmpty { return statistic.meaning }
    var texts: [String] = []
    for meaning in all(named: name ?? statistic.name) where !texts.contains(meaning.meaning) {
      texts.append(meaning.meaning)
    }
    return texts.joined(separator: " / ")
  }
}
