import LinuxSystem
import Statistics
import StatsTree

/// Stores the state that a backing has for each of its groups, by token (the id of the group).
///
/// A token is a small integer. After a token was closed, another group can get the same token.
struct TokenTable<Element> {
  private var elements: [Element?] = []
  private var free: [Int] = []

  /// The number of open tokens.
  var count: Int { elements.count - free.count }

  /// The state of a group; `nil` if the token is closed.
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

  /// Closes a token.
  ///
  /// The call has no effect if the token is not open.
  mutating func close(_ token: Int) {
    guard self[token] != nil else { return }
    elements[token] = nil
    free.append(token)
  }
}

extension TokenTable {
  /// Reads groups one after the other.
  ///
  /// Groups with a closed token get the status `gone`.
  ///
  /// - Parameters:
  ///   - placements: The groups, and the positions of their records in the snapshot.
  ///   - snapshot: The buffer to fill.
  ///   - read: Reads one group. Receives the state of the group, its placement and the begin of the
  ///     reading. Finishes the record or sets a failure, and returns the end of the reading.
  func read(
    _ placements: [Placement], into snapshot: inout Snapshot,
    _ read: (Element, Placement, UInt64, inout Snapshot) -> UInt64
  ) {
    var begin = monotonicNanoseconds()
    // Loop over indices, because an iterator allocates memory for each element in unoptimized
    // builds.
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
