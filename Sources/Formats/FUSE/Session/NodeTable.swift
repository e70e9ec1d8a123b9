/// The nodes that the kernel refers to, with their values and lookup counts.
///
/// Numbers are never reused, so all nodes have generation 0. The root is node 1 and is never
/// forgotten. A value keeps its number while the kernel refers to it.
public struct NodeTable<Value: Hashable & Sendable>: Sendable {
  private struct Node: Sendable {
    let value: Value
    var lookups: UInt64
  }

  public static var root: UInt64 { 1 }

  private var nodes: [UInt64: Node]
  private var numbers: [Value: UInt64]
  private var last: UInt64

  public init(root: Value) {
    nodes = [Self.root: Node(value: root, lookups: 1)]
    numbers = [root: Self.root]
    last = Self.root
  }

  /// The number of nodes that the kernel refers to, including the root.
  public var count: Int { nodes.count }

  /// The value of a node; nil if the node was never returned or is forgotten.
  public subscript(node: UInt64) -> Value? { nodes[node]?.value }

  /// Returns the node of a value; nil if the kernel does not refer to it.
  public func node(of value: Value) -> UInt64? { numbers[value] }

  /// Returns the node of a value for a reply to the kernel, and counts one lookup.
  public mutating func lookUp(_ value: Value) -> UInt64 {
    if let node = numbers[value] {
      nodes[node]?.lookups &+= 1
      return node
    }
    last += 1
    numbers[value] = last
    nodes[last] = Node(value: value, lookups: 1)
    return last
  }

  /// Subtracts `lookups` from a node's lookup count.
  ///
  /// - Returns: The value if the count reached zero and the node was removed.
  @discardableResult
  public mutating func forget(_ node: UInt64, lookups: UInt64) -> Value? {
    guard node != Self.root, let known = nodes[node] else { return nil }
    guard lookups >= known.lookups else {
      nodes[node]?.lookups -= lookups
      return nil
    }
    nodes[node] = nil
    if numbers[known.value] == node { numbers[known.value] = nil }
    return known.value
  }

  /// Detaches a value from its node because its object no longer exists.
  ///
  /// The next lookup of an equal value returns another node.
  ///
  /// - Returns: The node, which keeps the value until it is forgotten.
  @discardableResult
  public mutating func retire(_ value: Value) -> UInt64? {
    guard value != nodes[Self.root]?.value else { return nil }
    return numbers.removeValue(forKey: value)
  }
}
