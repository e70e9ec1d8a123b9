internal import CVitalsData
public import Statistics

extension Meanings {
  /// The meanings that come with Vitals.
  ///
  /// Read at the first use; the text is a part of the program, so a flaw in it is a flaw of the
  /// program and ends it.
  public static let builtIn: Meanings = {
    do throws(Flaw) {
      return try Meanings(parsing: builtInText)
    } catch {
      preconditionFailure("kvm.meanings with xen.meanings, line \(error.line): \(error.reason)")
    }
  }()

  /// The files as they stand, for `vitals describe` and tests.
  static var builtInText: String {
    // The C side keeps the bytes for as long as the program runs.
    let bytes = unsafe UnsafeRawBufferPointer(start: meanings_text(), count: meanings_size())
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
