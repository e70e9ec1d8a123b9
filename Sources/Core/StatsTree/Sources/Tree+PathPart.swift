import Statistics

extension Tree {
  /// Encodes a name from another program as one component of a path.
  ///
  /// Slashes, `%`, spaces and control characters become `%XX`.
  public static func pathPart(_ name: String) -> String {
    if name == "." || name == ".." { return name.replacing(".", with: "%2e") }
    return name.unicodeScalars.reduce(into: "") { part, scalar in
      let isControl = scalar.value <= 0x20 || (0x7f...0x9f).contains(scalar.value)
      if !isControl, scalar != "/", scalar != "%" {
        part.unicodeScalars.append(scalar)
      } else {
        part += "%" + scalar.value.hexadecimal(width: 2)
      }
    }
  }
}
