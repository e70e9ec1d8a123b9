internal import StatsTree

/// The labels of a series, with unique names.
struct MetricLabels: Hashable {
  private(set) var pairs: [(name: String, value: String)] = []

  /// The names that OpenMetrics or other labels of Vitals use.
  private static let reserved: Set<String> = [
    "le", "quantile", "group", "provenance", "path", "index", "group_id",
  ]

  init() {}

  /// Creates the labels that identify a source: its keys and those of its parents.
  ///
  /// A source without keys is identified by its name, in a label such as `vm` that depends on its
  /// role, or in `source`. The first part of a path has no label.
  init(of source: Source) {
    var chain: [Source] = []
    var next: Source? = source
    while let part = next, !part.path.isEmpty {
      chain.append(part)
      next = part.parent
    }
    for (depth, part) in chain.reversed().enumerated() {
      if part.keys.isEmpty {
        guard depth > 0 else { continue }
        add(part.role.labelName ?? "source", part.name)
      }
      for (name, value) in part.keys.sorted(by: { $0.key < $1.key }) {
        add(name, value, prefix: "key_")
      }
    }
  }

  static func == (lhs: MetricLabels, rhs: MetricLabels) -> Bool {
    lhs.pairs.elementsEqual(rhs.pairs) { $0 == $1 }
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
  ///   - name: The name; invalid characters are replaced; a repeated name gets the suffix `_2`.
  ///   - value: The value, any text.
  ///   - prefix: Prepended if the name, which another program chose, is reserved or not unique.
  mutating func add(_ name: String, _ value: String, prefix: String? = nil) {
    var name = MetricName.cleaned(name)
    if let prefix {
      let isReserved = Self.reserved.contains(name) || pairs.contains { $0.name == name }
      let startsWithLetter = name.utf8.first.map {
        $0 >= UInt8(ascii: "A") && $0 != UInt8(ascii: "_")
      }
      if isReserved || startsWithLetter != true || name.hasPrefix("vitals_") {
        name = prefix + name
      }
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
