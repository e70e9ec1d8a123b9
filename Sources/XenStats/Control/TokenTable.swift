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
