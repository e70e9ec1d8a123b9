/// What a fold makes of a statistic over members.
public enum FoldFunction: String, CaseIterable, Hashable, Sendable {
  /// All values added.
  case sum
  /// The least value.
  case minimum = "min"
  /// The greatest value.
  case maximum = "max"
  /// The sum by the number of values.
  case average = "avg"
  /// How many values are 0.
  case countZero = "zero"

  /// The function that fits a statistic, or nil where its fold has a form of its own.
  ///
  /// Cumulative and instant values are summed, of peaks the highest counts. Of a kind that is not
  /// known nobody can say that its values may be added: the greatest is taken, which at least is one
  /// of them. Histograms are merged, states and booleans are counted by value; a cumulative
  /// statistic of booleans is a count like others.
  public static func natural(for statistic: Statistic) -> FoldFunction? {
    guard FoldTreatment(of: statistic) == .number else { return nil }
    return switch statistic.kind {
    case .cumulative, .instant: .sum
    default: .maximum
    }
  }

  /// Whether it says something of the values of a statistic that has no form of its own.
  ///
  /// Of an unknown kind only the least and the greatest do.
  static func applies(_ function: FoldFunction, to statistic: Statistic) -> Bool {
    guard case .unknown = statistic.kind else { return true }
    return function == .minimum || function == .maximum
  }
}

/// The way in which the words of a statistic are folded.
enum FoldTreatment: Hashable, Sendable {
  /// By one function or several, word by word.
  case number
  /// Bucket by bucket, as counts.
  case merge
  /// As a histogram of the names of a state.
  case names
  /// As a histogram of no and yes.
  case flag

  init(of statistic: Statistic) {
    self =
      switch (statistic.kind, statistic.unit) {
      case (.linearHistogram, _), (.logHistogram, _): .merge
      case (.state, _): .names
      case (.cumulative, _): .number
      case (_, .boolean): .flag
      default: .number
      }
  }
}
