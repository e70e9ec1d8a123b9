/// Which paths or names a person asks for: a glob, or a regular expression between slashes.
///
/// In a glob `*` is any text without a slash, `**` any text, `?` one character but a slash, and
/// `[abc]`, `[a-z]`, `[!a]` one of a set. A glob that ends at a part of a path also matches all
/// that is below, so `kvm/web1` matches `kvm/web1/vcpu0`.
public struct Pattern: Sendable {
  /// A pattern that cannot be understood.
  public struct Flaw: Error, Hashable, Sendable, CustomStringConvertible {
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

  /// A regular expression, made again from its text where it is used by another task.
  private struct Expression: @unchecked Sendable {
    // A compiled expression is immutable.
    let regex: Regex<AnyRegexOutput>
  }

  private enum Element: Hashable, Sendable {
    case character(Character)
    case one
    case some
    case any
    case set([ClosedRange<Character>], isInverted: Bool)

    /// Whether it can take one character.
    func takes(_ character: Character) -> Bool {
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

  /// Matches these paths, and nothing below them.
  public init(paths: Set<String>) {
    form = .paths(paths)
  }

  /// Matches all paths but these.
  public init(allBut paths: Set<String>) {
    form = .allBut(paths)
  }

  /// Matches what one of the patterns matches.
  public init(anyOf patterns: [Pattern]) {
    form = .any(patterns)
  }

  /// Matches a path that has no special characters for this, and all that is below.
  public init(below path: String) {
    form = .glob(path.map { .character($0) })
  }

  /// Reads `GLOB` or `/regex/`.
  public init(_ text: String) throws(Flaw) {
    if text.count > 1, text.first == "/", text.last == "/" {
      do {
        form = .expression(Expression(regex: try Regex(String(text.dropFirst().dropLast()))))
      } catch {
        throw Flaw(description: "'\(text)' is no regular expression: \(error)")
      }
      return
    }
    guard !text.isEmpty, text != "/" else {
      throw Flaw(description: "'\(text)': an empty pattern matches nothing")
    }
    form = .glob(try Self.elements(of: text))
  }

  /// Whether a path matches, as a whole for a glob, anywhere in it for an expression.
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

  /// Whether it can match a path, or something below it; an expression always can.
  public func mayMatch(below path: String) -> Bool {
    switch form {
    case .everything, .expression, .allBut: true
    case .glob(let elements):
      Self.match(elements, Array(path)) || Self.begins(elements, Array(path + "/"))
    case .paths(let paths): paths.contains { $0 == path || $0.hasPrefix(path + "/") }
    case .any(let patterns): patterns.contains { $0.mayMatch(below: path) }
    }
  }

  private static func elements(of text: String) throws(Flaw) -> [Element] {
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
        // The first of a set may be a ] itself.
        let members = rest.first == "!" ? rest.dropFirst() : rest
        guard let end = members.dropFirst().firstIndex(of: "]") else {
          throw Flaw(description: "'\(text)' has a [ without its ]")
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

  /// Whether the elements take the whole path, or all of it before a slash.
  ///
  /// - Complexity: O(*n* * *m*); to try every length of every star takes for ever.
  private static func match(_ elements: [Element], _ path: [Character]) -> Bool {
    var taken = start(path)
    for element in elements { taken = step(element, taken, path) }
    return taken.indices.contains { index in
      taken[index] && (index == path.count || path[index] == "/")
    }
  }

  /// Whether some of the elements take all of the path, so that the others may take more.
  private static func begins(_ elements: [Element], _ path: [Character]) -> Bool {
    var taken = start(path)
    for element in elements {
      taken = step(element, taken, path)
      if taken[path.count] { return true }
    }
    return false
  }

  /// Of each number of characters, whether the elements so far can have taken them: none have.
  private static func start(_ path: [Character]) -> [Bool] {
    [true] + Array(repeating: false, count: path.count)
  }

  /// The same with one element more.
  private static func step(
    _ element: Element, _ taken: [Bool], _ path: [Character]
  ) -> [Bool] {
    var next = Array(repeating: false, count: path.count + 1)
    for index in path.indices where taken[index] {
      next[index + 1] = element.takes(path[index])
    }
    if element == .some || element == .any {
      for index in 0...path.count where taken[index] || next[index] {
        next[index] = true
        if index < path.count, element.takes(path[index]) { next[index + 1] = true }
      }
    }
    return next
  }
}
