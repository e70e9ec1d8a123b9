import StatsTree
import TestSupport
import Testing

@Suite struct KeyFieldsTests {
  @Test(
    "A name encodes the values of its keys",
    arguments: [
      (["3"], "", "3"), (["3"], "vcpu", "vcpu3"), (["64", "12"], "", "64,12"), ([""], "", "%"),
      (["", ""], "p", "p%,%"), (["a/b,c%"], "", "a%2Fb%2Cc%25"), (["."], "", "%2E"),
      (["..", "a.b"], "", "%2E.,a.b"), (["%"], "", "%25"), (["%2F"], "", "%252F"),
      (["\u{301}x", "\u{301}"], "e", "e\u{301}x,\u{301}"), (["\n"], "\r", "\r\n"),
    ])
  func names(values: [String], prefix: String, name: String) {
    let fields =
      values.count == 1 ? KeyFields("a", prefix: prefix) : KeyFields("a", "b", prefix: prefix)
    #expect(fields.name(values) == name)
    #expect(fields.values(in: name) == values)
  }

  @Test(
    "A name that `name(_:)` cannot make has no values",
    arguments: [
      "", "vcpu", "vcp3", "vcpu3,4", "vcpu.", "vcpua/b", "vcpu%2", "vcpu%2f", "vcpua%2E", "vcpu%%",
      "vcpu%41", "vcpua%",
    ])
  func others(name: String) {
    #expect(KeyFields("vcpu", prefix: "vcpu").values(in: name) == nil)
  }

  @Test("Any text can be a key, and different keys have different names", arguments: 0..<8)
  func texts(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let scalars: [Unicode.Scalar] = [
      "a", "2", "5", "C", "E", "F", "%", ",", "/", ".", " ", "\r", "\n", "\0", "e", "é", "日", "👍",
      "\u{301}", "\u{323}", "\u{338}", "=", "\u{200d}", "\u{1F3FD}", "\u{1100}", "\u{1161}",
    ]
    func text() -> String {
      var text = String.UnicodeScalarView()
      for _ in 0..<random.below(4) { text.append(scalars[random.below(scalars.count)]) }
      return String(text)
    }
    var prefix = text()
    while prefix.unicodeScalars.contains(where: { "/,%".unicodeScalars.contains($0) }) {
      prefix = text()
    }
    let tree = Tree()
    for fields in [KeyFields("a", prefix: prefix), KeyFields("a", "b", prefix: prefix)] {
      var known: [String: [String]] = [:]
      for _ in 0..<200 {
        let values = fields.names.map { _ in text() }
        let name = fields.name(values)
        #expect(known.updateValue(values, forKey: name) ?? values == values)
        #expect(fields.values(in: name) == values)
        #expect(!name.isEmpty && name != "." && name != ".." && !name.utf8.contains(47))
        guard let source = try? tree.add(values, of: fields, below: tree.source("x")) else {
          continue
        }
        #expect(source.keys == Dictionary(uniqueKeysWithValues: zip(fields.names, values)))
        #expect(tree.find(source.path) === source)
      }
    }
  }

  @Test("Fields are equal if their names and prefixes are equal")
  func equality() {
    #expect(KeyFields("a") == KeyFields("a") && KeyFields("a") != KeyFields("b"))
    #expect(KeyFields("a", prefix: "x") != KeyFields("a"))
    #expect(Set([KeyFields("a", "b"), KeyFields("a", "b"), KeyFields("b", "a")]).count == 2)
  }
}
