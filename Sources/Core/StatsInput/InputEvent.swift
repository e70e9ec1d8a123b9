/// A change of an input that is worth showing to the user.
public enum InputEvent: Hashable, Sendable {
  /// The owner of a source.
  public enum Owner: Hashable, Sendable {
    case process(Int32)
    case domain(UInt32)
    case file
  }

  case appeared(path: String, Owner)
  /// A source disappeared; the reason is a clause, such as `process 12 ended`.
  case gone(path: String, Owner, reason: String)
  /// A new diagnostic of a source.
  case diagnostic(path: String, text: String)

  /// The path of the source.
  public var path: String {
    switch self {
    case .appeared(let path, _), .gone(let path, _, _), .diagnostic(let path, _): path
    }
  }

  /// One line of text for the user.
  ///
  /// The caller must escape control characters.
  public var text: String {
    switch self {
    case .appeared(let path, .process(let pid)): "\(path) appeared: process \(pid)"
    case .appeared(let path, .domain(let number)): "\(path) appeared: domain \(number)"
    case .appeared(let path, .file): "\(path) appeared"
    case .gone(let path, _, let reason): "\(path) is gone: \(reason)"
    case .diagnostic(let path, let text): "\(path): \(text)"
    }
  }
}
