/// One object for each key, kept while it is referenced outside of the pool.
struct Pool<Key: Hashable, Member: AnyObject> {
  private var members: [Key: Member] = [:]
  /// Purge threshold; doubles with the number of live entries.
  private var purgeThreshold = 64

  /// Returns the member of a key, and creates it if there is none.
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
