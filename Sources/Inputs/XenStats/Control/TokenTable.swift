import LinuxSystem
import Statistics
import StatsTree

/// What a backing knows of each of its groups, by token.
///
/// A token is a small number that stays the same until it is closed; then it is used again.
struct TokenTable<Element> {
  private var elements: [Element?] = []
  private var free: [Int] = []

  /// The number of tokens that are open.
  var count: Int { elements.count - free.count }

  /// Nil where the token was closed.
  subscript(token: Int) -> Element? {
    elements.indices.contains(token) ? elements[token] : nil
  }

  mutating func open(_ element: Element) -> Int {
    if let token = free.popLast() {
      elements[token] = element
      return token
    }
    elements.append(element)
    return elements.count - 1
  }

  /// Closes a token; one that is not open changes nothing.
  mutating func close(_ token: Int) {
    guard self[token] != nil else { return }
    elements[token] = nil
    free.append(token)
  }
}

extension TokenTable {
  /// Reads one group after the other: those of closed tokens are gone.
  ///
  /// - Parameters:
  ///   - placements: the groups.
  ///   - snapshot: where their records lie.
  ///   - read: gets what is known of a group, its placement and when its reading began, and gives when
  ///     that ended; it says what became of the record.
  func read(
    _ placements: [Placement], into snapshot: inout Snapshot,
    _ read: (Element, Placement, UInt64, inout Snapshot) -> UInt64
  ) {
    var begin = monotonicNanoseconds()
    // By index: unoptimized, an iterator allocates for each element.
    for index in placements.indices {
      let placement = placements[index]
      guard let element = self[placement.token] else {
        snapshot.fail(placement, .gone)
        continue
      }
      begin = read(element, placement, begin, &snapshot)
    }
  }
}
