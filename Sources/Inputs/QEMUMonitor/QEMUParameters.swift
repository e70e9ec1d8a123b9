/// Parses the `key=value,...` list of a QEMU option.
///
/// A comma in a value is doubled.
struct QEMUParameters {
  private var values: [String: String] = [:]

  /// Parses a list.
  ///
  /// - Parameters:
  ///   - text: The value of the option.
  ///   - first: The key of the first part if that part is only a value.
  init(_ text: String, first: String) {
    for (index, part) in Self.parts(text).enumerated() {
      if let equals = part.firstIndex(of: "=") {
        values[String(part[..<equals])] = String(part[part.index(after: equals)...])
      } else if index == 0 {
        values[first] = part
      } else if part.hasPrefix("no"), part != "nodelay" {
        // Older versions of QEMU have short forms: "server" is server=on, "nowait" is wait=off.
        values[String(part.dropFirst(2))] = "off"
      } else {
        values[part] = "on"
      }
    }
  }

  subscript(key: String) -> String? { values[key] }

  /// The path of the socket if QEMU is the server and the socket is a file; otherwise nil.
  var serverPath: String? {
    guard let path = values["path"], !path.isEmpty, isOn("server"), !isOn("abstract") else {
      return nil
    }
    return path
  }

  private func isOn(_ key: String) -> Bool {
    ["on", "yes", "true", "y"].contains(values[key] ?? "off")
  }

  private static func parts(_ text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      if character != "," {
        part.append(character)
      } else if rest.first == "," {
        rest.removeFirst()
        part.append(",")
      } else {
        parts.append(part)
        part = ""
      }
    }
    return parts + [part]
  }
}
