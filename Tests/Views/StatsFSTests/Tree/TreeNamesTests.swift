import StatsTree
import Testing

@testable import FUSE
@testable import StatsFS

/// What there is in the filesystem of a tree, and what is known of it.
@Suite("The names of a tree's filesystem")
struct TreeNamesTests {
  private static let own = [".schema", ".status"]
  private static let statistics = ["born", "here", "most", "mood", "drift", "none"]

  @Test("A source, a group and a statistic each have their place")
  func sourceGroup() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("south")
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree))
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

  @Test("Without text only bulk forms are there")
  func withoutText() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let settings = try MountSettings(parsing: "ascii=off")
    let explorer = Explorer(TreeFileSystem(sample.tree, settings: settings))
    #expect(try Set(explorer.list("/")) == ["farm", ".schema", ".status"])
    #expect(
      try Set(explorer.list("farm/north")) == ["animals", ".labels", ".schema", ".status"])
    #expect(try Set(explorer.list("farm/north/animals")) == [".schema", ".binary"])
    #expect(throws: FuseError.noEntry) { try explorer.entry("farm/north/animals/born") }
  }

  @Test("Where only some sources are asked for, the way to them is there")
  func someSources() throws {
    var sample = try FarmTree()
    try sample.add("north")
    try sample.add("south")
    try sample.addSum()
    let selection = Selection(sources: try Pattern("farm/north"))
    let explorer = Explorer(TreeFileSystem(sample.tree, selection))
    #expect(try explorer.list("/").contains("farm"))
    #expect(try Set(explorer.list("farm")) == ["north", ".labels", ".schema", ".status"])
    #expect(try explorer.read("farm/north/animals/born") == "10\n")
  }

  @Test("What is hidden has no name and counts all the same")
  func hiddenName() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let cellar = try sample.tree.add("cellar", below: sample.farm, isHidden: true)
    try sample.backing.attach(
      "animals", Thing(["born": 5]), to: cellar, in: sample.tree)
    try sample.addSum()
    let explorer = Explorer(TreeFileSystem(sample.tree))
    #expect(try !explorer.list("farm").contains("cellar"))
    #expect(throws: FuseError.noEntry) { try explorer.entry("farm/cellar") }
    #expect(try explorer.read("farm/all.animals/born") == "15\n")
  }

  @Test("Names that clash get numbers, and own names stay the mount's")
  func namesClash() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let north = try #require(sample.pens["north"])
    try sample.backing.attach("animals", Thing(["born": 1]), to: north, in: sample.tree)
    try sample.tree.add("animals.2", below: north)
    try sample.tree.add(".values", below: north)
    let explorer = Explorer(TreeFileSystem(sample.tree))
    let names = try explorer.list("farm/north")
    #expect(Set(names).count == names.count)
    #expect(names.contains("animals") && names.contains("animals.3"))
    #expect(try explorer.read("farm/north/animals.3/born") == "1\n")
    #expect(try explorer.read("farm/north/.values").hasPrefix("animals born 10\n"))
  }

  @Test("Modes, owners and sizes are those of what can be done")
  func modesOwners() throws {
    var sample = try FarmTree()
    try sample.add("north", owner: 1234)
    let settings = try MountSettings(parsing: "uid=77,gid=88,mode=0710")
    let explorer = Explorer(TreeFileSystem(sample.tree, settings: settings))
    let group = "farm/north/animals"
    let modes = try Self.statistics.map { try explorer.attributes("\(group)/\($0)").permissions }
    // Counts begin again in the view, the peak at its source.
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

  @Test("What came and went is there and not there, and a kept node has no device")
  func cameWent() throws {
    var sample = try FarmTree()
    try sample.add("north")
    let files = TreeFileSystem(sample.tree)
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
    // One with its name is another one.
    try sample.add("north")
    #expect(try explorer.entry("farm/north").node != node)
    #expect(throws: FuseError.noDevice) { try kept.read() }
  }
}
