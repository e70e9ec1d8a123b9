/// Keeps the children of a source in the order in which they were added, and finds them by name.
///
/// A child needs 8 bytes in the list and 8 to 16 bytes in the hash table. A removed child leaves an
/// empty element. The empty elements are removed when half of the elements are empty.
struct ChildList {
  private var members: [Source?] = []
  /// A hash table of the children's names, with open addressing.
  ///
  /// An entry is the child's position in `members` plus 1; 0 means that the entry is empty. The
  /// table has no entries while the list is so short that a linear search is faster.
  private var table: [UInt32] = []
  private(set) var count = 0
  private static let minimumTableCount = 8
  /// The entry of a removed child; a lookup continues after this entry.
  private static let tombstone = UInt32.max

  var isEmpty: Bool { count == 0 }

  /// The children, without the empty elements.
  var all: [Source] {
    // A loop without intermediate optionals needs only one allocation.
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
  /// - Precondition: No child has the same name.
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

  /// Removes the empty elements, and resizes the table to have room for twice as many children.
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
