/// Parses the kernel's description of a tracepoint.
///
/// The result is the id of the tracepoint, and the names that the kernel prints for some values of
/// the tracepoint's fields.
///
/// Source: `events/<system>/<event>/format` of tracefs (kernel document `trace/events.rst`).
struct EventFormat: Hashable, Sendable {
  /// A named value of a field.
  struct Symbol: Hashable, Sendable {
    /// The name of the field, as used in a filter.
    let field: String
    let value: Int64
    let name: String
  }

  let id: UInt64
  /// The field values for which the kernel prints a name, in the order in which these values occur
  /// in the `format` file.
  ///
  /// Each name occurs once.
  let symbols: [Symbol]

  /// Parses a `format` file.
  ///
  /// - Returns: `nil` if the file contains no id.
  init?(_ text: String) {
    var id: UInt64?
    var fields: Set<String> = []
    var symbols: [Symbol] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("ID:") {
        id = UInt64(line.dropFirst(3).drop { $0 == " " })
      } else if line.contains("field:"), let name = Self.fieldName(line) {
        fields.insert(name)
      } else if line.hasPrefix("print fmt:") {
        symbols = Self.symbols(in: line, fields)
      }
    }
    guard let id else { return nil }
    self.id = id
    self.symbols = symbols
  }

  /// Returns `name` from a line such as `field:unsigned int name;	offset:8; ...`.
  private static func fieldName(_ line: Substring) -> String? {
    guard let start = line.firstIndex(of: ":"), let end = line.firstIndex(of: ";") else {
      return nil
    }
    let declaration = line[start..<end].prefix { $0 != "[" }
    return declaration.split { $0 == " " || $0 == ":" }.last.map(String.init)
  }

  // MARK: - Names

  private static func symbols(in line: Substring, _ fields: Set<String>) -> [Symbol] {
    let macro = "__print_symbolic("
    var found: [Symbol] = []
    var names: Set<String> = []
    var rest = line
    while let start = rest.firstRange(ofText: macro) {
      rest = rest[start...].dropFirst(macro.count)
      // Accept plain fields only, because a filter cannot contain an expression.
      let end = rest.firstIndex(of: ",") ?? rest.endIndex
      let field = rest[..<end].split(separator: "->").last.map(String.init) ?? ""
      var list = rest[end...]
      while let pair = nextPair(&list) {
        guard let value = value(of: pair.value) else { continue }
        let plain = field.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard fields.contains(String(plain)), names.insert(pair.name).inserted else { continue }
        found.append(Symbol(field: String(plain), value: value, name: pair.name))
      }
      rest = list
    }
    return found
  }

  /// Parses and removes the next pair, such as `, { value, "name" }`.
  private static func nextPair(
    _ text: inout Substring
  ) -> (value: Substring, name: String)? {
    let start = text.drop { $0 == "," || $0 == " " }
    guard start.first == "{", let comma = start.firstIndex(of: ","),
      let end = start.firstIndex(of: "}"), comma < end
    else { return nil }
    let value = start[..<comma].dropFirst()
    // Adjacent string literals form one string.
    var name = ""
    for (index, part) in start[comma..<end].split(
      separator: "\"", omittingEmptySubsequences: false
    ).enumerated() where index % 2 == 1 {
      name += part
    }
    text = start[start.index(after: end)...]
    return (value, name)
  }

  /// Parses a value such as `12`, `0x400`, `-1` or `0x040 + 3`.
  private static func value(of text: Substring) -> Int64? {
    var sum: Int64 = 0
    for part in text.split(separator: "+") {
      var digits = part.filter { $0 != " " }[...]
      let isNegative = digits.first == "-"
      if isNegative { digits = digits.dropFirst() }
      let isHexadecimal = digits.hasPrefix("0x")
      guard
        let number = Int64(
          isHexadecimal ? digits.dropFirst(2) : digits, radix: isHexadecimal ? 16 : 10)
      else { return nil }
      let (next, overflow) = sum.addingReportingOverflow(isNegative ? -number : number)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}

extension Substring {
  /// Returns the start of the first occurrence of a text.
  fileprivate func firstRange(ofText text: String) -> Index? {
    var rest = self
    while let first = text.first, let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.hasPrefix(text) { return start }
      rest = rest.dropFirst()
    }
    return nil
  }
}
