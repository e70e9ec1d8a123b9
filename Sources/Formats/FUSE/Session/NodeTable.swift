/// Assigns a node id to each value that the kernel refers to, and counts the kernel's lookups.
///
/// Node ids are never reused. Therefore the generation of all nodes is 0. The root is node 1 and is
/// never removed. A value keeps its node id while the kernel refers to the node.
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

  /// The value of a node; nil if the table never returned the node or has removed it.
  public subscript(node: UInt64) -> Value? { nodes[node]?.value }

  /// Returns the node of a value; nil if the kernel does not refer to the value.
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

  /// Detaches a value from its node.
  ///
  /// Call this when the object of the value no longer exists.
  ///
  /// The next lookup of an equal value returns another node.
  ///
  /// - Returns: The node; nil if the value has no node. The node keeps the value until `forget`
  ///   removes the node.
  @discardableResult
  public mutating func retire(_ value: Value) -> UInt64? {
    guard value != nodes[Self.root]?.value else { return nil }
    return numbers.removeValue(forKey: value)
  }
}
