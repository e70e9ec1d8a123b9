/// The children of a source, in the order they came, found by name or position.
///
/// A child costs 8 bytes and its share of the table of names, another 8 to 16. What was removed
/// leaves a hole until there are as many holes as children.
struct ChildList {
  private var members: [Source?] = []
  /// Positions of members by their names' hashes, 0 where none: open addressing.
  ///
  /// Empty while there are so few that a look at each is faster.
  private var table: [UInt32] = []
  private(set) var count = 0
  private static let fewest = 8
  /// Where a removed member was, so that what lies behind it is still found.
  private static let hole = UInt32.max

  var isEmpty: Bool { count == 0 }

  /// The children without holes.
  var all: [Source] {
    // Without optionals between, so that there is one allocation.
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
      if entry != Self.hole, let member = members[Int(entry) - 1], member.name == name {
        return member
      }
      slot = (slot + 1) & (table.count - 1)
    }
  }

  /// - Precondition: there is none with this name.
  mutating func append(_ child: Source) {
    if members.count >= Self.fewest, 4 * (members.count + 1) > 3 * table.count { rebuild() }
    child.position = UInt32(members.count)
    members.append(child)
    count += 1
    insert(child)
  }

  mutating func remove(_ child: Source) {
    if !table.isEmpty {
      var slot = start(of: child.name)
      while table[slot] != child.position + 1 { slot = (slot + 1) & (table.count - 1) }
      table[slot] = Self.hole
    }
    members[Int(child.position)] = nil
    count -= 1
    if members.count > Self.fewest, count < members.count / 2 { rebuild() }
  }

  private func start(of name: String) -> Int {
    name.hashValue & (table.count - 1)
  }

  private mutating func insert(_ child: Source) {
    guard !table.isEmpty else { return }
    var slot = start(of: child.name)
    while table[slot] != 0, table[slot] != Self.hole { slot = (slot + 1) & (table.count - 1) }
    table[slot] = child.position + 1
  }

  /// Closes the holes, and makes the table fit for as many again.
  private mutating func rebuild() {
    members.removeAll { $0 == nil }
    var size = 4 * Self.fewest
    while size < 2 * (members.count + 1) { size *= 2 }
    table = Array(repeating: 0, count: size)
    for index in members.indices {
      guard let member = members[index] else { continue }
      member.position = UInt32(index)
      insert(member)
    }
  }
}
