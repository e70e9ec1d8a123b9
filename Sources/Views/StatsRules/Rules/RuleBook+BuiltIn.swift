internal import StatsKnowledge

extension RuleBook {
  /// The rules that are built into the program.
  ///
  /// They are parsed when this property is first used.
  public static let builtIn: RuleBook = {
    do throws(SectionFileError) {
      return try RuleBook(parsing: BuiltInText.rules)
    } catch {
      preconditionFailure("doctor.rules, \(error)")
    }
  }()
}
