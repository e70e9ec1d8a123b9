internal import StatsKnowledge

extension RuleBook {
  /// The rules that are part of the program, parsed at the first use.
  public static let builtIn: RuleBook = {
    do throws(SectionFileError) {
      return try RuleBook(parsing: BuiltInText.rules)
    } catch {
      preconditionFailure("doctor.rules, \(error)")
    }
  }()
}
