internal import StatsTree

/// Collects the labels of a series and makes their names unique.
struct MetricLabels: Hashable {
  private(set) var pairs: [(name: String, value: String)] = []

  /// The names that are reserved, because OpenMetrics or other labels of Vitals use them.
  private static let reserved: Set<String> = [
    "le", "quantile", "group", "provenance", "path", "index", "group_id",
  ]

  init() {}

  /// Creates the labels that identify a source: the keys of the source and of its ancestors.
  ///
  /// A source without keys has a label with the name of the source. The role of the source
  /// determines the name of this label, for example `vm`; the default is `source`. The first part
  /// of a path has no such label.
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
  ///   - name: The name of the label. Invalid characters are replaced by `_`. A repeated name gets
  ///     the suffix `_2`, `_3`, and so on.
  ///   - value: The value, which can be any text.
  ///   - prefix: The prefix for a name that another program chose; nil for other names. The prefix
  ///     is added only if the name is reserved, not unique or not valid.
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

  /// Appends the labels without braces, such as `a="1",b="2"`.
  func appendPairs(to text: inout ByteText) {
    for (index, pair) in pairs.enumerated() {
      if index > 0 { text.append(byte: .comma) }
      text.append(pair.name)
      text.append("=\"")
      text.append(label: pair.value)
      text.append(byte: .quote)
    }
  }

  /// Appends the labels in braces, such as `{a="1",b="2"}`.
  ///
  /// Appends nothing if there are no labels.
  func append(to text: inout ByteText) {
    guard !pairs.isEmpty else { return }
    text.append("{")
    appendPairs(to: &text)
    text.append("}")
  }
}
