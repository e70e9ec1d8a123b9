/// A source that gets an aggregate of each family that is named to it, once.
///
/// Not safe to use from several threads at once.
public final class AggregatedSource {
  public let source: Source
  private let tree: Tree
  private var families: Set<ObjectIdentifier> = []
  private var names: [String: Int] = [:]

  public init(_ source: Source, in tree: Tree) {
    self.source = source
    self.tree = tree
  }

  /// Gives the source an aggregate of a family, unless it has one.
  ///
  /// A second family with the name, as of another kind of VMM, gets a number.
  public func fold(
    _ family: Family, as name: String, leavingOut leftOut: Set<String> = []
  ) throws(TreeError) {
    guard families.insert(ObjectIdentifier(family)).inserted else { return }
    let number = names[name, default: 0] + 1
    names[name] = number
    try tree.aggregate(
      family, leavingOut: leftOut, as: number == 1 ? name : "\(name).\(number)", over: source)
  }
}
