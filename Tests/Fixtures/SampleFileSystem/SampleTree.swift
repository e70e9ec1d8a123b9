public import StatsTree
import Synchronization

/// A tree of many sources whose numbers are in memory, and move when told: `farm/s0`, `farm/s1` ...
///
/// Each has a group `work`. The first and every tenth source are those of user 65534, the rest is
/// nobody's. It may be used from any thread.
public final class SampleTree: Sendable {
  public let tree = Tree()
  private let records: SampleRecords
  private let farm: Source
  private let lastToken = Atomic(0)

  public static let owner: UInt32 = 65_534

  /// - Precondition: a group has at least seven statistics.
  public init(sources: Int, statistics: Int) {
    records = SampleRecords(statistics: statistics)
    farm = tree.source("farm")
    for number in 0..<sources { add("s\(number)", owner: number % 10 == 0 ? Self.owner : nil) }
  }

  /// A source more: false where there is one of the name.
  @discardableResult
  public func add(_ name: String, owner: UInt32? = nil) -> Bool {
    let token = lastToken.wrappingAdd(1, ordering: .relaxed).newValue
    guard
      let source = try? tree.makeSource(
        name, keys: ["number": "\(token)"], labels: ["colour": "blue"], owner: owner),
      (try? tree.attach(
        "work", schema: records.schema, backing: records, token: token, provenance: .memory,
        to: source)) != nil
    else { return false }
    // Before it is seen: a pass asks for what has joined.
    records.add(token)
    guard (try? tree.add(source, below: farm)) != nil else {
      records.remove(token)
      return false
    }
    return true
  }

  /// A source less: false where there is none of the name.
  @discardableResult
  public func remove(_ name: String) -> Bool {
    guard let source = farm.child(name) else { return false }
    for group in source.groups { records.remove(group.token) }
    tree.remove(source)
    return true
  }

  /// All counts grow, and levels move.
  public func bump() { records.bump() }
}
