import FUSE
import StatsTree
import Testing

@testable import StatsFS

/// What mount options say, and who sees what with them.
@Suite("The settings of a mount")
struct MountSettingsTests {
  @Test("Options are read, and the last one counts")
  func optionsRead() throws {
    var wanted = MountSettings()
    #expect(try MountSettings(parsing: "mode=0755") == wanted)
    wanted.user = 3
    wanted.group = 4
    wanted.mode = 0o700
    wanted.hasText = false
    wanted.visibility = .owner
    wanted.passthrough = .all
    let text = "uid=9,gid=4,mode=700,ascii=off,visibility=owner,passthrough=all,uid=3"
    #expect(try MountSettings(parsing: text) == wanted)
  }

  @Test(
    "What is no option is said",
    arguments: [
      ("", "there is no mount option ''"),
      ("uid=3,", "there is no mount option ''"),
      ("ro", "there is no mount option 'ro'; there is uid=N"),
      ("uid", "the mount option 'uid' is not uid=N"),
      ("uid=-1", "the mount option 'uid=-1' is not uid=N"),
      ("uid=+1", "the mount option 'uid=+1' is not uid=N"),
      ("gid=4294967296", "the mount option 'gid=4294967296' is not gid=N"),
      ("mode=0888", "the mount option 'mode=0888' is not mode=OCTAL"),
      ("mode=1777", "the mount option 'mode=1777' is not mode=OCTAL"),
      ("ascii=no", "the mount option 'ascii=no' is not ascii=on|off"),
      ("visibility=mine", "the mount option 'visibility=mine' is not visibility=all|owner"),
      ("passthrough=1", "the mount option 'passthrough=1' is not passthrough=off|table|all"),
      ("UID=1", "there is no mount option 'UID'"),
    ])
  func optionSaid(text: String, message: String) {
    do throws(MountSettings.Flaw) {
      _ = try MountSettings(parsing: text)
      Issue.record("\(text) is no flaw")
    } catch {
      #expect(error.description.hasPrefix(message))
    }
  }

  @Test("With visibility by owner each sees what is theirs or nobody's")
  func visibilityOwner() throws {
    var sample = try FarmTree()
    try sample.add("north", owner: 10)
    try sample.add("south", owner: 11)["born"] = 100
    try sample.add("common")["born"] = 1000
    try sample.addSum()
    let files = try TreeFileSystem(
      sample.tree, settings: MountSettings(parsing: "visibility=owner"))
    let pens: Set = ["north", "south", "common"]
    func pensOf(_ user: UInt32) throws -> Set<String> {
      try Set(Explorer(files, user: user).list("farm")).intersection(pens)
    }
    #expect(try pensOf(0) == pens)
    #expect(try pensOf(10) == ["north", "common"])
    #expect(try pensOf(11) == ["south", "common"])
    #expect(try pensOf(12) == ["common"])
    // The kernel keeps a name for all: its mode says who may go on.
    let stranger = Explorer(files, user: 12)
    let closed = try stranger.attributes("farm/north")
    #expect(closed.permissions == 0o700 && closed.user == 10)
    #expect(try stranger.attributes("farm/common").permissions == 0o755)
    // Sums are of what the viewer sees, also at once.
    let readers = try [0, 10, 11, 12].map { user in
      try Explorer(files, user: UInt32(user)).open("farm/all.animals/born")
    }
    #expect(try readers.map { try $0.text() } == ["1110\n", "1010\n", "1100\n", "1000\n"])
    #expect(
      try Explorer(files, user: 10).read(".metrics/animals/born/values")
        == "farm/north 10\nfarm/common 1000\n")
    #expect(try !stranger.read("farm/.schema").contains("north"))
  }

  @Test("A hundred viewers are served, and the first one again")
  func hundredViewers() throws {
    var sample = try FarmTree()
    for user in 0..<100 { try sample.add("p\(user)", owner: UInt32(user + 1)) }
    let files = try TreeFileSystem(
      sample.tree, settings: MountSettings(parsing: "visibility=owner"))
    for user in Array(0..<100) + [0] {
      let names = try Explorer(files, user: UInt32(user + 1)).list("farm")
      #expect(names.contains("p\(user)") && !names.contains("p\((user + 1) % 100)"))
    }
  }
}
