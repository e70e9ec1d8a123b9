import Statistics
import Synchronization

/// The state that all sources of a tree share: the lock of the structure, and the changes.
///
/// Sources reference the state. It references sources only for a time: the log discards old
/// changes.
final class TreeState: @unchecked Sendable {
  private let lock = TreeLock()
  /// Locked while a pass calls backings.
  let passes = TreeLock()
  /// The number of the last change; see `Tree.generation`.
  let generation = Atomic<UInt64>(1)
  // Guarded by the lock.
  var log = ChangeLog()
  private var templates = Pool<GroupTemplate.Key, GroupTemplate>()
  private var families = Pool<Family.Key, Family>()
  var lastGroup: UInt64 = 0

  /// Runs `body` with exclusive access to the structure.
  ///
  /// - Precondition: the caller does not hold the lock.
  func locked<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try lock.withLock(body)
  }

  /// Records a change; the caller holds the lock.
  func record(_ kind: Change.Kind, _ source: Source, _ group: Group? = nil) {
    // Relaxed: a reader that uses the number to read the structure acquires the lock.
    let number = generation.wrappingAdd(1, ordering: .relaxed).newValue
    log.append(Change(kind: kind, source: source, group: group), number)
  }

  /// Returns the only family with this name and schema; the caller holds the lock.
  func family(_ name: String, _ schema: Schema) -> Family {
    families.member(Family.Key(name: name, schema: schema)) {
      Family(name: name, schema: schema)
    }
  }

  /// Returns the only template with these properties; the caller holds the lock.
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
