public import StatsTree
import Synchronization

/// A tree of sources with values in memory: `farm/s0`, `farm/s1` and so on.
///
/// Each source has a group `work`. User 65534 owns the first and every tenth source; the others
/// have no owner. Thread-safe.
public final class SampleTree: Sendable {
  public let tree = Tree()
  private let records: SampleRecords
  private let farm: Source
  private let lastToken = Atomic(0)

  public static let owner: UInt32 = 65_534

  /// - Precondition: `statistics` is at least 7.
  public init(sources: Int, statistics: Int) {
    records = SampleRecords(statistics: statistics)
    farm = tree.source("farm")
    for number in 0..<sources { add("s\(number)", owner: number % 10 == 0 ? Self.owner : nil) }
  }

  /// Adds a source; returns `false` if the name exists.
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
    // Before the source is visible: the next pass reads it.
    records.add(token)
    guard (try? tree.add(source, below: farm)) != nil else {
      records.remove(token)
      return false
    }
    return true
  }

  /// Removes a source; returns `false` if the name does not exist.
  @discardableResult
  public func remove(_ name: String) -> Bool {
    guard let source = farm.child(name) else { return false }
    for group in source.groups { records.remove(group.token) }
    tree.remove(source)
    return true
  }

  /// Increases all counts and changes the levels.
  public func bump() { records.bump() }
}
