import StatsKnowledge
import StatsTree
import Testing

@testable import FUSE
@testable import StatsFS

/// The names and attributes in the filesystem of a tree.
@Suite("Names in a tree's filesystem")
struct TreeNamesTests {
  private static let own = [".schema", ".status"]
  private static let statistics = ["born", "here", "most", "mood", "drift", "none"]

  @Test("Sources and groups are directories, statistics are files")
  func sourceGroup() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("south")
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    #expect(try Set(explorer.list("/")) == ["farm", ".metrics", ".schema", ".status"])
    #expect(
      try Set(explorer.list("farm"))
        == ["north", "south", "all.animals", ".labels", ".schema", ".status", ".values"])
    #expect(
      try Set(explorer.list("farm/north"))
        == ["animals", ".labels", ".schema", ".status", ".values"])
    #expect(
      try Set(explorer.list("farm/north/animals"))
        == Set(Self.statistics + [".values", ".schema", ".binary"]))
  }

  @Test("With ascii=off only bulk files exist")
  func withoutText() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let settings = try MountSettings(parsing: "ascii=off")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn, settings: settings))
    #expect(try Set(explorer.list("/")) == ["farm", ".schema", ".status"])
    #expect(
      try Set(explorer.list("farm/north")) == ["animals", ".labels", ".schema", ".status"])
    #expect(try Set(explorer.list("farm/north/animals")) == [".schema", ".binary"])
    #expect(throws: FuseError.noEntry) { try explorer.entry("farm/north/animals/born") }
  }

  @Test("The parents of selected sources are visible")
  func someSources() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("south")
    try sample.addSum()
    let selection = Selection(sources: try Pattern("farm/north"))
    let explorer = Explorer(TreeFileSystem(sample.tree, selection, meanings: .builtIn))
    #expect(try explorer.list("/").contains("farm"))
    #expect(try Set(explorer.list("farm")) == ["north", ".labels", ".schema", ".status"])
    #expect(try explorer.read("farm/north/animals/born") == "10\n")
  }

  @Test("A hidden source has no name but counts in aggregates")
  func hiddenName() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let cellar = try sample.tree.add("cellar", below: sample.farm, isHidden: true)
    try sample.backing.attach(
      "animals", Thing(["born": 5]), to: cellar, in: sample.tree)
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    #expect(try !explorer.list("farm").contains("cellar"))
    #expect(throws: FuseError.noEntry) { try explorer.entry("farm/cellar") }
    #expect(try explorer.read("farm/all.animals/born") == "15\n")
  }

  @Test("Duplicate names get numeric suffixes, and reserved names belong to the mount")
  func namesClash() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let north = try #require(sample.pens["north"])
    try sample.backing.attach("animals", Thing(["born": 1]), to: north, in: sample.tree)
    try sample.tree.add("animals.2", below: north)
    try sample.tree.add(".values", below: north)
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn))
    let names = try explorer.list("farm/north")
    #expect(Set(names).count == names.count)
    #expect(names.contains("animals") && names.contains("animals.3"))
    #expect(try explorer.read("farm/north/animals.3/born") == "1\n")
    #expect(try explorer.read("farm/north/.values").hasPrefix("animals born 10\n"))
  }

  @Test("Modes, owners and sizes correspond to the files")
  func modesOwners() throws {
    var sample = try FarmTree()
    try sample.add("north", owner: 1234)
    let settings = try MountSettings(parsing: "uid=77,gid=88,mode=0710")
    let explorer = Explorer(TreeFileSystem(sample.tree, meanings: .builtIn, settings: settings))
    let group = "farm/north/animals"
    let modes = try Self.statistics.map { try explorer.attributes("\(group)/\($0)").permissions }
    // Counts are cleared in the view, the peak at its source.
    #expect(modes == [0o644, 0o444, 0o644, 0o444, 0o444, 0o444])
    let root = try explorer.attributes("/")
    #expect(root.permissions == 0o710 && root.user == 77 && root.group == 88)
    let pen = try explorer.attributes("farm/north")
    #expect(pen.permissions == 0o755 && pen.user == 1234 && pen.group == 88)
    for name in Self.statistics + [".values", ".schema", ".binary"] {
      let size = try explorer.attributes("\(group)/\(name)").size
      #expect(try size == UInt64(explorer.open("\(group)/\(name)").read().count), "\(name)")
    }
  }

  @Test("Added sources appear, removed ones disappear, and a kept node fails with ENODEV")
  func cameWent() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let files = TreeFileSystem(sample.tree, meanings: .builtIn)
    let explorer = Explorer(files)
    let kept = try explorer.open("farm/north/animals/born")
    let node = try explorer.entry("farm/north").node
    #expect(try kept.text() == "10\n")
    sample.remove("north")
    try sample.add("west")
    #expect(try Set(explorer.list("farm")).contains("west"))
    #expect(throws: FuseError.noEntry) { try explorer.entry("farm/north") }
    #expect(throws: FuseError.noDevice) { try kept.read() }
    #expect(throws: FuseError.noDevice) {
      try files.attributes(of: node, handle: nil, for: explorer.caller)
    }
    // A source of the same name is another node.
    try sample.add("north")
    #expect(try explorer.entry("farm/north").node != node)
    #expect(throws: FuseError.noDevice) { try kept.read() }
  }
}
