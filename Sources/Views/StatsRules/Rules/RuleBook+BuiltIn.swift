internal import CVitalsData

extension RuleBook {
  /// The rules that come with Vitals.
  ///
  /// The text is a part of the program, so a flaw in it is a flaw of the program and ends it.
  public static let builtIn: RuleBook = {
    do throws(RuleFlaw) {
      return try RuleBook(parsing: builtInText)
    } catch {
      preconditionFailure("doctor.rules, \(error)")
    }
  }()

  /// The file as it stands.
  public static var builtInText: String {
    // The C side keeps the bytes for as long as the program runs.
    let bytes = unsafe UnsafeRawBufferPointer(start: rules_text(), count: rules_size())
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
