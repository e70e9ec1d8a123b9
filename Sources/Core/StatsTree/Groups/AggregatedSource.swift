/// Adds aggregates to a source, at most one for each family.
///
/// This class is not thread-safe.
public final class AggregatedSource {
  public let source: Source
  private let tree: Tree
  private var families: Set<ObjectIdentifier> = []
  private var names: [String: Int] = [:]

  public init(_ source: Source, in tree: Tree) {
    self.source = source
    self.tree = tree
  }

  /// Adds an aggregate of a family if the source has no aggregate of this family yet.
  ///
  /// If an aggregate of another family already has the name, a number is appended to the name. Such
  /// a family exists, for example, for another kind of VMM.
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
