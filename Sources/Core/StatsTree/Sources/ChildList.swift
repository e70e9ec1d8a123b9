/// The children of a source in the order in which they were added, indexed by name.
///
/// A child needs 8 bytes, and 8 to 16 bytes of the hash table. A removed child leaves an empty
/// element until half of the elements are empty.
struct ChildList {
  private var members: [Source?] = []
  /// The positions of members plus 1, in a hash table of their names with open addressing; 0 is
  /// empty.
  ///
  /// The table is empty while the list is so short that a linear search is faster.
  private var table: [UInt32] = []
  private(set) var count = 0
  private static let minimumTableCount = 8
  /// The entry of a removed member, beyond which a lookup continues.
  private static let tombstone = UInt32.max

  var isEmpty: Bool { count == 0 }

  /// The children, without empty elements.
  var all: [Source] {
    // A loop without intermediate optionals needs one allocation.
    var found: [Source] = []
    found.reserveCapacity(count)
    for member in members { if let member { found.append(member) } }
    return found
  }

  func forEach(_ body: (Source) -> Void) {
    for member in members { if let member { body(member) } }
  }

  func find(_ name: String) -> Source? {
    if table.isEmpty {
      for member in members { if let member, member.name == name { return member } }
      return nil
    }
    var slot = start(of: name)
    while true {
      let entry = table[slot]
      if entry == 0 { return nil }
      if entry != Self.tombstone, let member = members[Int(entry) - 1], member.name == name {
        return member
      }
      slot = (slot + 1) & (table.count - 1)
    }
  }

  /// Adds a child at the end.
  ///
  /// - Precondition: no child has this name.
  mutating func append(_ child: Source) {
    if members.count >= Self.minimumTableCount, 4 * (members.count + 1) > 3 * table.count {
      rebuild()
    }
    child.position = UInt32(members.count)
    members.append(child)
    count += 1
    insert(child)
  }

  mutating func remove(_ child: Source) {
    if !table.isEmpty {
      var slot = start(of: child.name)
      while table[slot] != child.position + 1 { slot = (slot + 1) & (table.count - 1) }
      table[slot] = Self.tombstone
    }
    members[Int(child.position)] = nil
    count -= 1
    if members.count > Self.minimumTableCount, count < members.count / 2 { rebuild() }
  }

  private func start(of name: String) -> Int {
    name.hashValue & (table.count - 1)
  }

  private mutating func insert(_ child: Source) {
    guard !table.isEmpty else { return }
    var slot = start(of: child.name)
    while table[slot] != 0, table[slot] != Self.tombstone { slot = (slot + 1) & (table.count - 1) }
    table[slot] = child.position + 1
  }

  /// Removes the empty elements, and makes the table fit for twice as many members.
  private mutating func rebuild() {
    members.removeAll { $0 == nil }
    var size = 4 * Self.minimumTableCount
    while size < 2 * (members.count + 1) { size *= 2 }
    table = Array(repeating: 0, count: size)
    for index in members.indices {
      guard let member = members[index] else { continue }
      member.position = UInt32(index)
      insert(member)
    }
  }
}
