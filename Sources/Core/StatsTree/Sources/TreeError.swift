/// Why a tree cannot be changed as asked.
public enum TreeError: Error, Hashable, Sendable {
  /// A name stands twice under one parent.
  case nameClash(path: String)
  /// The name is empty or has a slash, and can be no part of a path.
  case badName(String)
  /// The source has a place already; it is to be removed from there first.
  case hasParent(path: String)
  /// The source would be above or counted by itself.
  case cycle(path: String)
  /// The source is of another tree, or is the root.
  case foreign(path: String)
  /// The source has a group with this name, backing and token.
  case groupAttached(path: String, group: String)
}

extension TreeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .nameClash(let path): "there is a source \(path) already"
    case .badName(let name): "'\(name)' is no name of a source: it is empty or has a slash"
    case .hasParent(let path): "\(path) has a parent already; remove it there first"
    case .cycle(let path): "\(path) would be above itself"
    case .foreign(let path): "\(path) is not of this tree, or is its root"
    case .groupAttached(let path, let group): "\(path) has this group \(group) already"
    }
  }
}
