internal import CVitalsData

/// The text of the data files built into the program.
public enum BuiltInText {
  /// `kvm.meanings` followed by `xen.meanings`.
  public static var meanings: String {
    // The bytes are constants of the program, so the pointer is always valid.
    let bytes = unsafe UnsafeRawBufferPointer(start: meanings_text(), count: meanings_size())
    return unsafe String(decoding: bytes, as: UTF8.self)
  }

  /// `doctor.rules`.
  public static var rules: String {
    let bytes = unsafe UnsafeRawBufferPointer(start: rules_text(), count: rules_size())
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
