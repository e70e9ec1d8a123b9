import LinuxSystem
import Statistics
import StatsTree

/// The state of a backing for each of its groups, by token.
///
/// A token is a small number. It is reused after it was closed.
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

  /// Closes a token; has no effect if it is not open.
  mutating func close(_ token: Int) {
    guard self[token] != nil else { return }
    elements[token] = nil
    free.append(token)
  }
}

extension TokenTable {
  /// Reads groups one after the other; those of closed tokens get the status `gone`.
  ///
  /// - Parameters:
  ///   - placements: The groups.
  ///   - snapshot: The buffer to fill.
  ///   - read: Reads one group. Receives its state, its placement and the begin of the reading, and
  ///     finishes or fails the record; returns the end of the reading.
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
