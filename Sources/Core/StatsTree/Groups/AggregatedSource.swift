/// A source that has at most one aggregate of each family.
///
/// Not thread-safe.
public final class AggregatedSource {
  public let source: Source
  private let tree: Tree
  private var families: Set<ObjectIdentifier> = []
  private var names: [String: Int] = [:]

  public init(_ source: Source, in tree: Tree) {
    self.source = source
    self.tree = tree
  }

  /// Adds an aggregate of a family, unless the source has one.
  ///
  /// If another family has the name, for example one of another kind of VMM, a number is appended
  /// to it.
  public func aggregate(
    _ family: Family, as name: String, leavingOut leftOut: Set<String> = []
  ) throws(TreeError) {
    guard families.insert(ObjectIdentifier(family)).inserted else { return }
    let number = names[name, default: 0] + 1
    names[name] = number
    try tree.aggregate(
      family, leavingOut: leftOut, as: number == 1 ? name : "\(name).\(number)", over: source)
  }
}
