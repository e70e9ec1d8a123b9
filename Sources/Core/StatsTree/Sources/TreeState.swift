import Statistics
import Synchronization

/// The state that all sources of a tree share: the lock of the structure, and the changes.
///
/// Sources reference the state. The state references a source only for some time, because the log
/// discards old changes.
final class TreeState: @unchecked Sendable {
  private let lock = TreeLock()
  /// This lock is held while a pass (a sampling of all groups) calls backings.
  let passes = TreeLock()
  /// The counter of changes; see `Tree.generation`.
  let generation = Atomic<UInt64>(1)
  // The following properties are guarded by the lock.
  var log = ChangeLog()
  private var templates = Pool<GroupTemplate.Key, GroupTemplate>()
  private var families = Pool<Family.Key, Family>()
  var lastGroup: UInt64 = 0

  /// Runs `body` with exclusive access to the structure of the tree.
  ///
  /// - Precondition: The caller does not hold the lock.
  func locked<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try lock.withLock(body)
  }

  /// Records a change of the tree; call this with the lock held.
  func record(_ kind: Change.Kind, _ source: Source, _ group: Group? = nil) {
    // The order can be relaxed, because a reader acquires the lock before it reads the structure.
    let number = generation.wrappingAdd(1, ordering: .relaxed).newValue
    log.append(Change(kind: kind, source: source, group: group), number)
  }

  /// Returns the one family with this name and schema; call this with the lock held.
  func family(_ name: String, _ schema: Schema) -> Family {
    families.member(Family.Key(name: name, schema: schema)) {
      Family(name: name, schema: schema)
    }
  }

  /// Returns the one template with these properties; call this with the lock held.
  func template(
    _ family: Family, _ backing: any Backing, _ provenance: Provenance, isHidden: Bool
  ) -> GroupTemplate {
    let key = GroupTemplate.Key(
      family: ObjectIdentifier(family), backing: ObjectIdentifier(backing), provenance: provenance,
      isHidden: isHidden)
    return templates.member(key) {
      GroupTemplate(family: family, backing: backing, provenance: provenance, isHidden: isHidden)
    }
  }
}
