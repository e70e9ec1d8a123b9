import FoundationEssentials
import Glibc
import LinuxSystem
import Statistics
import StatsKnowledge
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import FUSE
@testable import StatsFS

/// Descriptions of statistics, `.metrics`, and polling for changes.
@Suite("Schemas in a tree's filesystem")
struct TreeSchemaTests {
  @Test("The .schema of a group is JSON that decodes to its schema")
  func groupS() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let text = try explorer.read("farm/north/animals/.schema")
    #expect(text.hasSuffix("}\n"))
    let schema = try JSONDecoder().decode(Schema.self, from: Data(text.utf8))
    #expect(schema == sample.backing.schema)
    #expect(text.contains("\"meaning\":\"The meaning of born.\""))
  }

  @Test("The .schema of a source lists its children and groups")
  func sourceS() throws {
    var sample = try FarmTree()
    try sample.add("north", owner: 5)
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    struct Entry: Decodable, Equatable { let directory, name, provenance, hash: String }
    struct Document: Decodable {
      let path, created: String
      let owner: Int?
      let keys, labels: [String: String]
      let sources: [String]
      let groups: [Entry]
    }
    func document(_ path: String) throws -> Document {
      let text = try explorer.read("\(path)/.schema")
      return try JSONDecoder().decode(Document.self, from: Data(text.utf8))
    }
    #expect(try document("").sources == ["farm"])
    #expect(try document("farm").sources == ["north"])
    let north = try document("farm/north")
    #expect(north.path == "farm/north" && north.owner == 5 && north.keys == ["pen": "north"])
    #expect(north.labels == ["by": "the lake"] && north.sources == [])
    #expect(
      north.groups == [
        Entry(
          directory: "animals", name: "animals", provenance: "memory",
          hash: sample.backing.schema.hashText)
      ])
  }

  /// The members of a type in the interface definition.
  private func declared(_ type: String) throws -> Set<String> {
    let text = try readText("\(Repository.root)/docs/io.vitals.schema.varlink")
    let lines = text.split(separator: "\n").drop { $0 != "type \(type) (" }
    try #require(!lines.isEmpty, "no type \(type)")
    let members = lines.dropFirst().prefix { $0 != ")" }.map { $0.drop { $0 == " " } }
    return Set(
      members.filter { $0.first != "#" }.compactMap {
        $0.split(separator: ":").first.map(String.init)
      })
  }

  @Test("The interface definition declares every member")
  func everyMember() throws {
    var sample = try FarmTree()
    try sample.add("north", owner: 5)
    try sample.addSum()
    try sample.tree.aggregate(
      sample.tree.family("animals", sample.backing.schema), by: [.maximum], as: "top",
      over: sample.farm)
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    func members<Part: Decodable>(of path: String, _: Part.Type) throws -> Part {
      let text = try explorer.read("\(path)/.schema")
      return try JSONDecoder().decode(Part.self, from: Data(text.utf8))
    }
    struct Groups: Decodable { let groups: [MemberNames] }
    struct Statistics: Decodable { let statistics: [MemberNames] }
    let north = try members(of: "farm/north", MemberNames.self)
    #expect(try declared("Source") == north.names)
    let groups = try members(of: "farm/north", Groups.self).groups
    #expect(try declared("GroupEntry") == groups.first?.names)
    let group = try members(of: "farm/north/animals", MemberNames.self)
    #expect(try declared("Group") == group.names)
    var found: Set<String> = []
    for path in ["farm/north/animals", "farm/top"] {
      for statistic in try members(of: path, Statistics.self).statistics {
        found.formUnion(statistic.names)
      }
    }
    #expect(try declared("Statistic") == found)
  }

  // MARK: - Statistics first

  @Test(".metrics has the format of metricfs")
  func statisticsFirst() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("far south")["born"] = 20
    try sample.add("west")["born"] = nil
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    #expect(try explorer.list(".metrics") == ["animals"])
    #expect(
      try explorer.list(".metrics/animals") == ["born", "here", "most", "mood", "drift", "none"])
    let born = ".metrics/animals/born"
    #expect(try explorer.list(born) == ["annotations", "fields", "values", "version"])
    #expect(
      try explorer.read("\(born)/annotations")
        == "DESCRIPTION The\\ meaning\\ of\\ born.\nCUMULATIVE\n")
    #expect(try explorer.read("\(born)/fields") == "source value\nstr int\n")
    #expect(try explorer.read("\(born)/version") == "1\n")
    // Sparse: sources without a value have no record.
    #expect(try explorer.read("\(born)/values") == "farm/north 10\nfarm/far\\ south 20\n")
    let mood = ".metrics/animals/mood"
    #expect(try explorer.read("\(mood)/fields") == "source value\nstr str\n")
    #expect(try explorer.read("\(mood)/values").hasPrefix("farm/north very\\ wild\n"))
    #expect(try explorer.read(".metrics/animals/none/values") == "")
    #expect(try !explorer.read(".metrics/animals/here/annotations").contains("CUMULATIVE"))
    #expect(throws: FuseError.noEntry) { try explorer.entry(".metrics/animals/gone") }
  }

  @Test("Groups of one name are merged, and each distinct statistic occurs once")
  func twoSchemas() throws {
    let tree = Tree()
    let backing = InMemoryBacking()
    for (name, kind) in [("one", Kind.cumulative), ("two", .instant), ("three", .cumulative)] {
      let source = try tree.add(name)
      let schema = Schema(packing: [Statistic("a", .instant), Statistic("b", kind)])
      let more = name == "three" ? [Statistic("c", .peak)] : []
      let extra = Schema(packing: schema.statistics + more)
      let token = backing.add(.words(Array([1, 2, 3].prefix(extra.wordCount))))
      try tree.attach(
        "things", schema: extra, backing: backing, token: token, provenance: .memory, to: source)
    }
    let explorer = Explorer(TreeFileSystem(tree, meanings: .builtIn))
    #expect(try explorer.list(".metrics/things") == ["a", "b", "b.2", "c"])
    #expect(try explorer.read(".metrics/things/a/values") == "one 1\ntwo 1\nthree 1\n")
    #expect(try explorer.read(".metrics/things/b/values") == "one 2\nthree 2\n")
    #expect(try explorer.read(".metrics/things/b.2/values") == "two 2\n")
    #expect(try explorer.read(".metrics/things/c/values") == "three 3\n")
  }

  // MARK: - Waiting

  @Test("A .schema is readable until it is read, and again after it changes")
  func schemaReadable() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let files = TreeFileSystem(sample.tree, meanings: .builtIn)
    let explorer = Explorer(files)
    let farm = try explorer.open("farm/.schema")
    let north = try explorer.open("farm/north/.schema")
    for file in [farm, north] {
      #expect(try file.poll() == POLLIN)
      _ = try file.read()
      #expect(try file.poll(wake: 7) == 0)
    }
    try sample.add("south")
    #expect(try farm.poll() == POLLIN)
    #expect(try farm.poll(POLLPRI) == POLLPRI)
    #expect(try north.poll() == 0)
    _ = try farm.read()
    #expect(try farm.poll() == 0)
    sample.remove("north")
    #expect(try farm.poll() == POLLIN)
    #expect(try north.poll() == POLLERR | POLLHUP)
    // Values are always ready.
    #expect(try explorer.open("farm/south/animals/born").poll() == POLLIN)
  }
}

/// The member names of a JSON object.
private struct MemberNames: Decodable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue _: Int) { nil }
  }

  let names: Set<String>

  init(from decoder: any Decoder) throws {
    names = Set(try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue))
  }
}
