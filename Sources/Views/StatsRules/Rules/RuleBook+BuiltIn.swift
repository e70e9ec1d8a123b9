internal import StatsKnowledge

extension RuleBook {
  /// The rules built into the program; parsed on first use.
  public static let builtIn: RuleBook = {
    do throws(SectionFileError) {
      return try RuleBook(parsing: BuiltInText.rules)
    } catch {
      preconditionFailure("doctor.rules, \(error)")
    }
  }()
}
