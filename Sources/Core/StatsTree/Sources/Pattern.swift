/// Matches a set of paths or names: a glob, or a regular expression between slashes.
///
/// In a glob, `*` matches any text without a slash, and `**` matches any text. `?` matches one
/// character except a slash. `[abc]`, `[a-z]` and `[!a]` match one character of a set. A glob that
/// matches a path also matches all paths below it: `kvm/web1` matches `kvm/web1/vcpu0`.
public struct Pattern: Sendable {
  /// A syntax error in a pattern.
  public struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  private enum Form: Sendable {
    case everything
    case glob([Element])
    case expression(Expression)
    case paths(Set<String>)
    case allBut(Set<String>)
    case any([Pattern])
  }

  /// A compiled regular expression.
  private struct Expression: @unchecked Sendable {
    // Any thread can use the expression, because the expression is never changed.
    let regex: Regex<AnyRegexOutput>
  }

  private enum Element: Hashable, Sendable {
    case character(Character)
    case one
    case some
    case any
    case set([ClosedRange<Character>], isInverted: Bool)

    /// Returns `true` if the element of a glob matches a character.
    func matches(_ character: Character) -> Bool {
      switch self {
      case .character(let wanted): character == wanted
      case .any: true
      case .one, .some: character != "/"
      case .set(let ranges, let isInverted):
        character != "/" && ranges.contains { $0.contains(character) } != isInverted
      }
    }
  }

  private let form: Form

  /// Matches every path.
  public static let everything = Pattern(form: .everything)

  private init(form: Form) {
    self.form = form
  }

  /// Creates a pattern that matches exactly these paths, and no paths below them.
  public init(paths: Set<String>) {
    form = .paths(paths)
  }

  /// Creates a pattern that matches all paths except these.
  public init(allBut paths: Set<String>) {
    form = .allBut(paths)
  }

  /// Creates a pattern that matches every path that at least one of the patterns matches.
  public init(anyOf patterns: [Pattern]) {
    form = .any(patterns)
  }

  /// Creates a pattern that matches a literal path and all paths below it.
  public init(below path: String) {
    form = .glob(path.map { .character($0) })
  }

  /// Parses a glob, or a regular expression that is written as `/regex/`.
  public init(_ text: String) throws(SyntaxError) {
    if text.count > 1, text.first == "/", text.last == "/" {
      do {
        form = .expression(Expression(regex: try Regex(String(text.dropFirst().dropLast()))))
      } catch {
        throw SyntaxError(description: "invalid regular expression '\(text)': \(error)")
      }
      return
    }
    guard !text.isEmpty, text != "/" else {
      throw SyntaxError(description: "invalid pattern '\(text)': it is empty")
    }
    form = .glob(try Self.elements(of: text))
  }

  /// Returns `true` if the pattern matches a path; a regular expression matches any part of it.
  public func matches(_ path: String) -> Bool {
    switch form {
    case .everything: true
    case .expression(let expression): path.firstMatch(of: expression.regex) != nil
    case .glob(let elements): Self.match(elements, Array(path))
    case .paths(let paths): paths.contains(path)
    case .allBut(let paths): !paths.contains(path)
    case .any(let patterns): patterns.contains { $0.matches(path) }
    }
  }

  /// Returns `true` if it is possible that the pattern matches the path or a path below it.
  ///
  /// For a regular expression, the result is always `true`.
  public func mayMatch(below path: String) -> Bool {
    switch form {
    case .everything, .expression, .allBut: true
    case .glob(let elements):
      Self.match(elements, Array(path)) || Self.matchPrefix(elements, Array(path + "/"))
    case .paths(let paths): paths.contains { $0 == path || $0.hasPrefix(path + "/") }
    case .any(let patterns): patterns.contains { $0.mayMatch(below: path) }
    }
  }

  private static func elements(of text: String) throws(SyntaxError) -> [Element] {
    var elements: [Element] = []
    var rest = text.last == "/" ? text.dropLast() : text[...]
    while let character = rest.popFirst() {
      switch character {
      case "*" where rest.first == "*":
        rest.removeFirst()
        elements.append(.any)
      case "*": elements.append(.some)
      case "?": elements.append(.one)
      case "[":
        // A `]` that is the first character of a set belongs to the set.
        let members = rest.first == "!" ? rest.dropFirst() : rest
        guard let end = members.dropFirst().firstIndex(of: "]") else {
          throw SyntaxError(description: "invalid pattern '\(text)': '[' without ']'")
        }
        elements.append(set(rest[..<end]))
        rest = rest[rest.index(after: end)...]
      default: elements.append(.character(character))
      }
    }
    return elements
  }

  private static func set(_ text: Substring) -> Element {
    let isInverted = text.first == "!"
    var rest = isInverted ? text.dropFirst() : text
    var ranges: [ClosedRange<Character>] = []
    while let low = rest.popFirst() {
      if rest.first == "-", let high = rest.dropFirst().first, high >= low {
        ranges.append(low...high)
        rest = rest.dropFirst(2)
      } else {
        ranges.append(low...low)
      }
    }
    return .set(ranges, isInverted: isInverted)
  }

  /// Returns `true` if the elements match the whole path, or the whole part before one of its
  /// slashes.
  ///
  /// - Complexity: O(*n* * *m*). The simpler search, which tries every length for every star, would
  ///   take exponential time.
  private static func match(_ elements: [Element], _ path: [Character]) -> Bool {
    var reachable = initial(path)
    for element in elements { reachable = advance(element, reachable, path) }
    return reachable.indices.contains { index in
      reachable[index] && (index == path.count || path[index] == "/")
    }
  }

  /// Returns `true` if the elements up to some element of the glob match the whole path.
  ///
  /// The remaining elements can then match the rest of a longer path.
  private static func matchPrefix(_ elements: [Element], _ path: [Character]) -> Bool {
    var reachable = initial(path)
    for element in elements {
      reachable = advance(element, reachable, path)
      if reachable[path.count] { return true }
    }
    return false
  }

  /// For each length, whether the elements so far match a beginning of the path with this length.
  ///
  /// Before the first element, this is `true` only for the length 0.
  private static func initial(_ path: [Character]) -> [Bool] {
    [true] + Array(repeating: false, count: path.count)
  }

  /// Returns the same information as `initial(_:)` after one more element.
  private static func advance(
    _ element: Element, _ reachable: [Bool], _ path: [Character]
  ) -> [Bool] {
    var next = Array(repeating: false, count: path.count + 1)
    for index in path.indices where reachable[index] {
      next[index + 1] = element.matches(path[index])
    }
    if element == .some || element == .any {
      for index in 0...path.count where reachable[index] || next[index] {
        next[index] = true
        if index < path.count, element.matches(path[index]) { next[index + 1] = true }
      }
    }
    return next
  }
}
