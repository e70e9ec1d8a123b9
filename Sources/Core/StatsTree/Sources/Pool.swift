/// Keeps one object for each key, as long as the object is referenced outside of the pool.
struct Pool<Key: Hashable, Member: AnyObject> {
  private var members: [Key: Member] = [:]
  /// When the number of entries reaches this threshold, the entries without an object are removed.
  private var purgeThreshold = 64

  /// Returns the object of a key, and creates the object if there is none.
  ///
  /// - Complexity: O(1) amortized.
  mutating func member(_ key: Key, make: () -> Member) -> Member {
    if let known = members[key] { return known }
    if members.count >= purgeThreshold { purge() }
    let made = make()
    members[key] = made
    return made
  }

  private mutating func purge() {
    for key in Array(members.keys) {
      guard var member = members.removeValue(forKey: key) else { continue }
      if !isKnownUniquelyReferenced(&member) { members[key] = member }
    }
    purgeThreshold = max(64, 2 * members.count)
  }
}
