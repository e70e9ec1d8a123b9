extension Meanings {
  /// The meanings built into the program; the text is parsed on first use.
  public static let builtIn: Meanings = {
    do throws(SectionFileError) {
      return try Meanings(parsing: BuiltInText.meanings)
    } catch {
      preconditionFailure("kvm.meanings followed by xen.meanings, \(error)")
    }
  }()
}
