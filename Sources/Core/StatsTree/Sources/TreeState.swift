import Statistics
import Synchronization

/// What all sources of one tree share: the lock over its structure, and its changes.
///
/// Sources hold it, it holds no source for long: the log lets go of old changes.
final class TreeState: @unchecked Sendable {
  private let lock = TreeLock()
  /// Held by a pass while it asks backings.
  let passes = TreeLock()
  /// The number of the last change; see `Tree.generation`.
  let generation = Atomic<UInt64>(1)
  // Guarded by the lock.
  var log = ChangeLog()
  private var feeds = Pool<GroupTemplate.Key, GroupTemplate>()
  private var families = Pool<Family.Key, Family>()
  var lastGroup: UInt64 = 0

  /// Runs `body` alone with the structure.
  ///
  /// - Precondition: the caller does not have the lock.
  func locked<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try lock.withLock(body)
  }

  /// Notes a change; the caller has the lock.
  func note(_ kind: Change.Kind, _ source: Source, _ group: Group? = nil) {
    // Relaxed: whoever learns of the number and reads the structure takes the lock.
    let number = generation.wrappingAdd(1, ordering: .relaxed).newValue
    log.append(Change(kind: kind, source: source, group: group), number)
  }

  /// The one family with this name and schema; the caller has the lock.
  func family(_ name: String, _ schema: Schema) -> Family {
    families.member(Family.Key(name: name, schema: schema)) {
      Family(name: name, schema: schema)
    }
  }

  /// The one feed of these; the caller has the lock.
  func feed(
    _ family: Family, _ backing: any Backing, _ provenance: Provenance, isHidden: Bool
  ) -> GroupTemplate {
    let key = GroupTemplate.Key(
      family: ObjectIdentifier(family), backing: ObjectIdentifier(backing), provenance: provenance,
      isHidden: isHidden)
    return feeds.member(key) {
      GroupTemplate(family: family, backing: backing, provenance: provenance, isHidden: isHidden)
    }
  }
}
