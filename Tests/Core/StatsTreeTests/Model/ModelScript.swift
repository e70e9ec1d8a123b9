import Statistics
import StatsTree
import TestSupport

/// A random sequence of changes, queries and passes, applied to a tree and to the reference.
struct ModelScript {
  static let schemas = [
    Schema(packing: [
      Statistic("runs", .cumulative), Statistic("level", .instant, isSigned: true),
      Statistic("most", .peak),
    ]),
    Schema(packing: [
      Statistic("bytes", .cumulative), Statistic("sizes", .linearHistogram, size: 3),
      Statistic("mode", .state, states: ["on", "off"]),
      Statistic("ready", .instant, unit: .boolean),
    ]),
    Schema(packing: [Statistic("runs", .cumulative)]), Schema(packing: []),
  ]
  static let families = [("cpu", 0), ("io", 1), ("one", 2), ("none", 3), ("cpu", 2)]

  let tree = Tree()
  let model: ModelTree
  let backings = [MemoryBacking("a"), MemoryBacking("b"), MemoryBacking("c", mayWait: true)]
  var random: SeededGenerator
  var samplers: [ModelSampler] = []
  var step = 0
  private var now: UInt64 = 1_000_000
  private var made = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    model = ModelTree(tree)
  }

  mutating func run(_ steps: Int) throws {
    for next in 0..<steps {
      step = next
      switch random.below(100) {
      case 0..<12: try add()
      case 12..<16: try remove()
      case 16..<22: try readd()
      case 22..<34: try attach()
      case 34..<37: detach()
      case 37..<43: try aggregate()
      case 43..<47: try count()
      case 47..<67: change()
      case 67..<70: sampler()
      case 70 where random.oneIn(4): burst()
      default: try pass()
      }
    }
  }

  // MARK: - The tree

  mutating func any() -> ModelSource {
    random.oneIn(12) || model.sources.isEmpty
      ? model.root : model.sources[random.below(model.sources.count)]
  }

  /// Returns a source of the tree, or rarely one without a place.
  private mutating func place() -> ModelSource {
    let present = model.below(model.root)
    return random.oneIn(8) ? any() : present[random.below(present.count)]
  }

  private mutating func add() throws {
    guard model.below(model.root).count < 24 else { return try remove() }
    made += 1
    let owner: UInt32? = random.oneIn(6) ? UInt32(1 + random.below(2)) : nil
    let isHidden = random.oneIn(8)
    // Few names, so that some clash.
    let name = random.oneIn(4) ? "x\(made % 5)" : "s\(made)"
    let source = ModelSource(
      try tree.makeSource(name, owner: owner, isHidden: isHidden), owner: owner,
      isHidden: isHidden)
    model.sources.append(source)
    if !random.oneIn(5) { try add(source, below: place()) }
  }

  private mutating func readd() throws {
    let placeless = model.sources.filter { $0.parent == nil }
    guard !placeless.isEmpty else { return }
    try add(
      random.oneIn(10) ? any() : placeless[random.below(placeless.count)], below: place())
  }

  private func add(_ source: ModelSource, below parent: ModelSource) throws {
    var expected: String?
    if source === model.root {
      expected = "foreign"
    } else if source.parent != nil {
      expected = "hasParent"
    } else if model.above(parent).contains(where: { $0 === source }) {
      expected = "cycle"
    } else if parent.children.contains(where: { $0.name == source.name }) {
      expected = "nameClash"
    }
    if try isDone(
      expected, { () throws(TreeError) in try tree.add(source.real, below: parent.real) })
    {
      model.add(source, below: parent)
    }
  }

  private mutating func remove() throws {
    if model.sources.count > 40 { model.forget() }
    let source = any()
    let path = model.isPresent(source) ? model.path(source) : nil
    tree.remove(source.real)
    guard source !== model.root else { return }
    leave(model.remove(source))
    if let path, source.real.path != path {
      throw MismatchError(description: "the last path is \(source.real.path), not \(path)")
    }
  }

  private mutating func attach() throws {
    let source = place()
    made += 1
    let (name, schema) = Self.families[random.below(Self.families.count)]
    let backing = random.below(backings.count)
    let group = ModelGroup(
      try tree.attach(
        name, schema: Self.schemas[schema], backing: backings[backing], token: made,
        provenance: .simulated, to: source.real, isHidden: random.oneIn(10)), source,
      backing: backing)
    group.isSlow = random.oneIn(8)
    source.groups.append(group)
    grow(group)
  }

  private mutating func detach() {
    let all = model.sources.flatMap(\.groups)
    guard !all.isEmpty else { return }
    let group = all[random.below(all.count)]
    tree.detach(group.real)
    group.source.groups.removeAll { $0 === group }
    if model.isPresent(group.source) { leave([group]) }
  }

  private mutating func aggregate() throws {
    let leaves = model.sources.flatMap(\.groups).filter { $0.backing != nil }
    guard !leaves.isEmpty else { return }
    let family = leaves[random.below(leaves.count)].real.family
    let functions =
      random.oneIn(3) ? [] : AggregateFunction.allCases.filter { _ in random.oneIn(2) }
    // Usually over a source with others below it.
    var source = place()
    for _ in 0..<random.below(3) { source = source.parent ?? source }
    made += 1
    let real = try tree.aggregate(
      family, by: functions, as: "all\(made)", over: source.real, isHidden: random.oneIn(10))
    source.groups.append(ModelGroup(real, source, backing: nil))
  }

  private mutating func count() throws {
    let (source, counter) = (any(), any())
    let isCycle = model.above(counter).contains { $0 === source }
    let isKnown = source.counters.contains { $0 === counter }
    let isNew = try isDone(
      isCycle ? "cycle" : nil,
      { () throws(TreeError) in try tree.count(source.real, in: counter.real) })
    if isNew, !isKnown { source.counters.append(counter) }
  }

  private func isDone(_ expected: String?, _ body: () throws(TreeError) -> Void) throws -> Bool {
    var met: String?
    do {
      try body()
    } catch {
      met = "\(error.kind)"
    }
    guard met == expected else {
      throw MismatchError(description: "the error is \(met ?? "none"), not \(expected ?? "none")")
    }
    return met == nil
  }

  private func leave(_ groups: [ModelGroup]) {
    for sampler in samplers { sampler.left.formUnion(groups.map(\.id)) }
  }

  /// Makes more changes than the tree keeps.
  private func burst() {
    for _ in 0...4 * 1100 {
      guard let made = try? tree.add("burst") else { return }
      tree.remove(made)
    }
  }

  // MARK: - Values

  private mutating func change() {
    let leaves = model.sources.flatMap(\.groups).filter { $0.backing != nil }
    for group in leaves where random.oneIn(3) {
      switch random.below(12) {
      case 0: group.nature = .silent
      case 1: group.nature = [.denied, .gone, .torn, .ended][random.below(4)]
      case 2: for word in group.words.indices where random.oneIn(2) { group.words[word] = 0 }
      case 3:
        for statistic in group.real.schema.statistics where random.oneIn(3) {
          for word in statistic.words { group.words[word] = ModelAggregator.marker(statistic) }
        }
      default:
        group.nature = .up
        grow(group)
      }
    }
  }

  private mutating func grow(_ group: ModelGroup) {
    for statistic in group.real.schema.statistics {
      for word in statistic.words {
        let number = ModelAggregator.number(group.words[word], statistic) ?? 0
        let next =
          switch statistic.kind {
          case .state: random.below(4)
          case .instant where statistic.unit == .boolean: random.below(3)
          case .instant: random.below(21) - 10
          default: number + random.below(50)
          }
        group.words[word] = UInt64(bitPattern: Int64(next))
      }
    }
  }

  // MARK: - Samplers

  private mutating func sampler() {
    if samplers.count > 5 { samplers.remove(at: random.below(samplers.count)) }
    var selection = Selection()
    if random.oneIn(3) { selection.viewer = .user(UInt32(1 + random.below(2))) }
    if random.oneIn(4) { selection.includesHidden = true }
    if random.oneIn(3) { selection.parts = .aggregates }
    let glob = ["s[1-5]*", "*/*", "**/x?", "x?"][random.below(4)]
    if random.oneIn(3), let pattern = try? Pattern(glob) { selection.sources = pattern }
    if random.oneIn(4), let pattern = try? Pattern("*r*") { selection.statistics = pattern }
    samplers.append(ModelSampler(tree, selection))
  }

  private mutating func pass() throws {
    if samplers.isEmpty { sampler() }
    let index = random.below(samplers.count)
    let sampler = samplers[index]
    now += 1000
    for group in model.sources.flatMap(\.groups) + model.root.groups {
      if let backing = group.backing {
        backings[backing].answers[group.real.token] = answer(group)
      }
    }
    for backing in backings { backing.asked = [] }
    // Building the entries before a pass must not change the result.
    if random.oneIn(6), tree.changes(since: sampler.real.plan.generation) != nil {
      _ = sampler.real.plan.entries
    }
    let isForgotten = tree.changes(since: sampler.real.plan.generation) == nil
    sampler.real.pass()
    sampler.pass(model, windows: window, isForgotten: isForgotten)
    let asked = backings.flatMap(\.asked).map(\.token).sorted()
    let wanted = sampler.wanted.filter { $0.backing != nil }.map(\.real.token).sorted()
    do {
      guard asked == wanted else {
        throw MismatchError(description: "the tokens read are \(asked), not \(wanted)")
      }
      try sampler.check(model)
    } catch {
      throw MismatchError(description: "sampler \(index): \(error)")
    }
  }

  private func window(_ group: ModelGroup) -> Window {
    let token = UInt64(group.real.token)
    let begin = (group.isSlow ? now / 4000 * 4000 : now) + token % 5
    return Window(begin: begin, end: begin + 10 + token % 7)
  }

  private func answer(_ group: ModelGroup) -> MemoryBacking.Answer {
    switch group.nature {
    case .up: .words(group.words, window(group))
    case .silent: .nothing
    case .torn: .torn(group.words.isEmpty ? [] : [77])
    case .ended: .ended(group.words, window(group))
    case .denied: .fails(.denied(code: 13))
    case .gone: .fails(.gone)
    }
  }
}

extension TreeError {
  fileprivate var kind: String {
    switch self {
    case .nameClash: "nameClash"
    case .badName: "badName"
    case .hasParent: "hasParent"
    case .cycle: "cycle"
    case .foreign: "foreign"
    case .groupAttached: "groupAttached"
    }
  }
}
