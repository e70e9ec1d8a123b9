/// The reason why a tree cannot be changed.
public enum TreeError: Error, Hashable, Sendable {
  /// The parent already has a child with this name.
  case nameClash(path: String)
  /// The name is empty or contains a slash.
  case badName(String)
  /// The source already has a parent; remove the source from this parent first.
  case hasParent(path: String)
  /// The source would be above itself, or would be counted by its own aggregates.
  case cycle(path: String)
  /// The source belongs to another tree, or the source is the root.
  case foreign(path: String)
  /// The source already has a group with this name, backing and token.
  case groupAttached(path: String, group: String)
}

extension TreeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nameClash(let path): "source '\(path)' already exists"
    case .badName(let name): "invalid source name '\(name)': it is empty or contains a slash"
    case .hasParent(let path): "source '\(path)' already has a parent; remove it first"
    case .cycle(let path): "source '\(path)' would be above itself"
    case .foreign(let path): "source '\(path)' belongs to another tree or is the root"
    case .groupAttached(let path, let group): "source '\(path)' already has group '\(group)'"
    }
  }
}
