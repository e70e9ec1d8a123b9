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
  }

  private let form: Form

  /// Matches every path.
  public static let everything = Pattern(form: .everything)

  private init(form: Form) {
    self.form = form
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
    case .glob(let elements): Self.match(elements[...], path[...])
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

  private static func match(_ elements: ArraySlice<Element>, _ path: Substring) -> Bool {
    // The last star and how much it has taken: enough to go back to, since `**` swallows `*`.
    var elements = elements
    var path = path
    while let element = elements.first {
      let rest = elements.dropFirst()
      switch element {
      case .some, .any:
        var tail = path
        while true {
          if match(rest, tail) { return true }
          guard let next = tail.first, element == .any || next != "/" else { return false }
          tail.removeFirst()
        }
      case .one:
        guard let next = path.first, next != "/" else { return false }
      case .character(let wanted):
        guard path.first == wanted else { return false }
      case .set(let ranges, let isInverted):
        guard let next = path.first, next != "/",
          ranges.contains(where: { $0.contains(next) }) != isInverted
        else { return false }
      }
      elements = rest
      path.removeFirst()
    }
    return path.isEmpty || path.first == "/"
  }
}
