internal import StatsTree

/// Labels of a series, each name once.
struct MetricLabels: Hashable {
  private(set) var pairs: [(name: String, value: String)] = []

  /// Names that the format or the other labels of our families use.
  private static let reserved: Set<String> = [
    "le", "quantile", "group", "provenance", "path", "index", "group_id",
  ]

  init() {}

  /// What tells a source from all others: its keys and those of the sources that it is in.
  ///
  /// A source below the first part of a path that has no keys is told by its name, as `vm`,
  /// `domain` or `publisher` below `kvm`, `xen` and `app`, and as `source` elsewhere.
  init(of source: Source) {
    var chain: [Source] = []
    var next: Source? = source
    while let part = next, !part.path.isEmpty {
      chain.append(part)
      next = part.parent
    }
    let first = chain.last?.name
    for (depth, part) in chain.reversed().enumerated() {
      if part.keys.isEmpty {
        guard depth > 0 else { continue }
        let names = ["kvm": "vm", "xen": "domain", "app": "publisher"]
        add(depth == 1 ? first.flatMap { names[$0] } ?? "source" : "source", part.name)
      }
      for (name, value) in part.keys.sorted(by: { $0.key < $1.key }) {
        add(name, value, prefix: "key_")
      }
    }
  }

  static func == (one: MetricLabels, other: MetricLabels) -> Bool {
    one.pairs.elementsEqual(other.pairs) { $0 == $1 }
  }

  func hash(into hasher: inout Hasher) {
    for pair in pairs {
      hasher.combine(pair.name)
      hasher.combine(pair.value)
    }
  }

  /// Adds a label.
  ///
  /// - Parameters:
  ///   - name: becomes one that the format allows; a name that is there already gets `_2`.
  ///   - value: any text.
  ///   - prefix: of a name that comes from outside: stands before it where the name is reserved.
  mutating func add(_ name: String, _ value: String, prefix: String? = nil) {
    var name = MetricName.cleaned(name)
    if let prefix {
      let isTaken = Self.reserved.contains(name) || pairs.contains { $0.name == name }
      let startsWell = name.utf8.first.map { $0 >= UInt8(ascii: "A") && $0 != UInt8(ascii: "_") }
      if isTaken || startsWell != true || name.hasPrefix("vitals_") { name = prefix + name }
    }
    let base = name
    var number = 2
    while pairs.contains(where: { $0.name == name }) {
      name = "\(base)_\(number)"
      number += 1
    }
    pairs.append((name, value))
  }

  func contains(_ name: String) -> Bool {
    pairs.contains { $0.name == name }
  }

  /// Appends `a="1",b="2"`.
  func appendPairs(to text: inout ByteText) {
    for (index, pair) in pairs.enumerated() {
      if index > 0 { text.append(byte: .comma) }
      text.append(pair.name)
      text.append("=\"")
      text.append(label: pair.value)
      text.append(byte: .quote)
    }
  }

  /// Appends `{a="1",b="2"}`, or nothing without labels.
  func append(to text: inout ByteText) {
    guard !pairs.isEmpty else { return }
    text.append("{")
    appendPairs(to: &text)
    text.append("}")
  }
}
