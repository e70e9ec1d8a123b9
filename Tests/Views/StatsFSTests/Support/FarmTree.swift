import Statistics
import StatsTree
import Synchronization

@testable import StatsFS

/// A record whose values a test sets.
final class Thing: Sendable {
  private let numbers: Mutex<[String: UInt64]>

  init(_ numbers: [String: UInt64]) { self.numbers = Mutex(numbers) }

  subscript(name: String) -> UInt64? {
    get { numbers.withLock { $0[name] } }
    set { numbers.withLock { $0[name] = newValue } }
  }
}

/// `farm` with pens; each has a count, a level, a state, a peak and a negative value.
struct FarmTree {
  let tree = Tree()
  let farm: Source
  let backing: RecordBacking<Thing>
  private(set) var things: [String: Thing] = [:]
  private(set) var pens: [String: Source] = [:]

  init() throws {
    func field(
      _ name: String, _ kind: Kind, states: [String] = [], clear: Bool = false
    ) -> RecordField<Thing> {
      let get: @Sendable (Thing) -> UInt64? = { thing in thing[name] }
      let meaning = "The meaning of \(name)."
      guard clear else {
        return RecordField(name, kind, states: states, meaning: meaning, get: get)
      }
      return RecordField(
        name, kind, states: states, meaning: meaning, get: get, clear: { $0[name] = 0 })
    }
    let fields: [RecordField<Thing>] = [
      field("born", .cumulative), field("here", .instant), field("most", .peak, clear: true),
      field("mood", .state, states: ["calm", "very wild"]),
      RecordField<Thing>("drift", .instant, get: { _ -> Int64? in -5 }),
      field("none", .instant),
    ]
    backing = RecordBacking(fields)
    farm = try tree.add("farm")
  }

  @discardableResult
  mutating func add(_ name: String, owner: UInt32? = nil) throws -> Thing {
    let thing = Thing(["born": 10, "here": 3, "most": 7, "mood": 1])
    let pen = try tree.add(
      name, below: farm, keys: ["pen": name], labels: ["by": "the lake"], owner: owner)
    try backing.attach("animals", thing, to: pen, in: tree)
    things[name] = thing
    pens[name] = pen
    return thing
  }

  func remove(_ name: String) {
    if let pen = pens[name] { tree.remove(pen) }
  }

  /// Adds a sum over the farm.
  func addSum() throws {
    try tree.aggregate(tree.family("animals", backing.schema), as: "all.animals", over: farm)
  }
}
