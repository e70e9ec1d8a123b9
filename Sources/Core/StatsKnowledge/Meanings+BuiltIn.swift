extension Meanings {
  /// The meanings that are part of the program, parsed at the first use.
  public static let builtIn: Meanings = {
    do throws(SectionFileError) {
      return try Meanings(parsing: BuiltInText.meanings)
    } catch {
      preconditionFailure("kvm.meanings followed by xen.meanings, \(error)")
    }
  }()
}
