/// One object for each key, for as long as somebody outside of the pool holds it.
struct Pool<Key: Hashable, Member: AnyObject> {
  private var members: [Key: Member] = [:]
  /// At so many it is looked at which are still held.
  private var limit = 64

  /// The member of a key, made where there is none.
  ///
  /// - Complexity: O(1) amortised.
  mutating func member(_ key: Key, make: () -> Member) -> Member {
    if let known = members[key] { return known }
    if members.count >= limit { purge() }
    let made = make()
    members[key] = made
    return made
  }

  private mutating func purge() {
    for key in Array(members.keys) {
      guard var member = members.removeValue(forKey: key) else { continue }
      if !isKnownUniquelyReferenced(&member) { members[key] = member }
    }
    limit = max(64, 2 * members.count)
  }
}
