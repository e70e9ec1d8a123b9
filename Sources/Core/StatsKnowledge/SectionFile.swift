/// Parses a text file with named sections of `key: value` lines, such as a file of meanings or
/// rules.
///
///     # A comment.
///     [exits]
///     on: vcpu
///     meaning: how often the vCPU left guest mode,
///       for any reason
///
/// A line that begins with a space or tab continues the value above it. Blank lines and lines that
/// begin with `#` are ignored.
public struct SectionFile: Sendable {
  /// A value, with the number of its first line; the first line of the file is line 1.
  public struct Value: Hashable, Sendable {
    public let line: Int
    public internal(set) var text: String
  }

  /// A section: its name, and its values by key.
  public struct Section: Sendable {
    public let name: String
    /// The line that has the section's name; the first line of the file is line 1.
    public let line: Int
    public internal(set) var values: [String: Value] = [:]

    /// Returns the value of a required key.
    ///
    /// - Throws: `SectionFileError` if the key is missing or its value is empty.
    public func required(_ key: String) throws(SectionFileError) -> Value {
      guard let value = values[key], !value.text.isEmpty else {
        throw SectionFileError(line: line, reason: "missing key '\(key)' in [\(name)]")
      }
      return value
    }
  }

  public private(set) var sections: [Section] = []

  /// Parses a file.
  ///
  /// - Parameters:
  ///   - text: The content of the file.
  ///   - keys: The keys that a section is allowed to have.
  /// - Throws: `SectionFileError` for the first invalid line.
  public init(parsing text: String, keys: [String]) throws(SectionFileError) {
    var lastKey: String?
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.first == "#" || line.allSatisfy(\.isWhitespace) { continue }
      if line.first == "[" {
        guard line.last == "]", line.count > 2 else {
          throw SectionFileError(line: number, reason: "expected a section name such as [name]")
        }
        sections.append(Section(name: String(line.dropFirst().dropLast()), line: number))
        lastKey = nil
      } else if line.first == " " || line.first == "\t" {
        guard let key = lastKey else {
          throw SectionFileError(line: number, reason: "continuation line without a key above it")
        }
        let rest = line.drop { $0.isWhitespace }
        sections[sections.count - 1].values[key]?.text += " " + rest
      } else {
        lastKey = try addValue(line, number, keys)
      }
    }
  }

  /// Adds the value of a `key: value` line to the last section.
  ///
  /// - Returns: The key.
  private mutating func addValue(
    _ line: Substring, _ number: Int, _ keys: [String]
  ) throws(SectionFileError) -> String {
    guard let colon = line.firstIndex(of: ":") else {
      throw SectionFileError(line: number, reason: "expected [name] or 'key: value'")
    }
    guard !sections.isEmpty else {
      throw SectionFileError(line: number, reason: "expected a section name before the first key")
    }
    let key = String(line[..<colon])
    guard keys.contains(key) else {
      throw SectionFileError(
        line: number,
        reason: "unknown key '\(key)'; expected one of \(keys.joined(separator: ", "))")
    }
    guard sections[sections.count - 1].values[key] == nil else {
      throw SectionFileError(line: number, reason: "duplicate key '\(key)'")
    }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    sections[sections.count - 1].values[key] = Value(line: number, text: String(value))
    return key
  }
}

/// An invalid line of a section file.
public struct SectionFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number of the line; the first line of the file is line 1.
  public let line: Int
  public let reason: String

  public init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }

  public var description: String { "line \(line): \(reason)" }
}
