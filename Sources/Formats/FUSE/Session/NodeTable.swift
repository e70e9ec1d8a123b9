/// The nodes that the kernel knows: what each stands for, and how often it was looked up.
///
/// Numbers are never used again, so that every node is of generation 0. The root is node 1, and is
/// never forgotten. A value has one number for as long as the kernel knows it.
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

  /// The number of nodes that the kernel knows, with the root.
  public var count: Int { nodes.count }

  /// What a node stands for; nil where the kernel was never told of it, or has forgotten it.
  public subscript(node: UInt64) -> Value? { nodes[node]?.value }

  /// The node of a value; nil where the kernel does not know it.
  public func node(of value: Value) -> UInt64? { numbers[value] }

  /// The node of a value, as the kernel is told of it: counts one lookup.
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

  /// The kernel has forgotten so many lookups: the value, where these were all.
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

  /// Parts a value from its node, because the thing that it stands for has ended: the next lookup
  /// of an equal value gives another node.
  ///
  /// - Returns: The node, which still stands for the value until it is forgotten.
  @discardableResult
  public mutating func retire(_ value: Value) -> UInt64? {
    guard value != nodes[Self.root]?.value else { return nil }
    return numbers.removeValue(forKey: value)
  }
}
