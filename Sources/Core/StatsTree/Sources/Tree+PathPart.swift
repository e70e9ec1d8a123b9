extension Tree {
  /// A name that somebody else chose as one part of a path: slashes, `%` and control characters
  /// become `%XX`.
  public static func pathPart(_ name: String) -> String {
    if name == "." || name == ".." { return name.replacing(".", with: "%2e") }
    return name.unicodeScalars.reduce(into: "") { part, scalar in
      let isControl = scalar.value <= 0x20 || (0x7f...0x9f).contains(scalar.value)
      if !isControl, scalar != "/", scalar != "%" {
        part.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        part += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
  }
}
