import FUSE
import StatsKnowledge
import StatsTree
import Testing

@testable import StatsFS

/// Mount options, and the visibility of sources.
@Suite("Mount options")
struct MountSettingsTests {
  @Test("Options are parsed, and the last of several values is used")
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
    "An unknown option or value is rejected with a message",
    arguments: [
      ("", "unknown mount option ''; expected one of uid=N"),
      ("uid=3,", "unknown mount option ''"),
      ("ro", "unknown mount option 'ro'; expected one of uid=N, gid=N, mode=OCTAL"),
      ("uid", "invalid mount option 'uid': expected uid=N"),
      ("uid=-1", "invalid mount option 'uid=-1': expected uid=N"),
      ("uid=+1", "invalid mount option 'uid=+1': expected uid=N"),
      ("gid=4294967296", "invalid mount option 'gid=4294967296': expected gid=N"),
      ("mode=0888", "invalid mount option 'mode=0888': expected mode=OCTAL"),
      ("mode=1777", "invalid mount option 'mode=1777': expected mode=OCTAL"),
      ("ascii=no", "invalid mount option 'ascii=no': expected ascii=on|off"),
      ("visibility=mine", "invalid mount option 'visibility=mine': expected visibility=all|owner"),
      ("passthrough=1", "invalid mount option 'passthrough=1': expected passthrough=off|table|all"),
      ("UID=1", "unknown mount option 'UID'"),
    ])
  func optionSaid(text: String, message: String) {
    do throws(MountSettings.OptionError) {
      _ = try MountSettings(parsing: text)
      Issue.record("\(text) is no flaw")
    } catch {
      #expect(error.description.hasPrefix(message))
    }
  }

  @Test("With visibility=owner users see their own sources and those without owner")
  func visibilityOwner() throws {
    var sample = try FarmTree()
    try sample.add("north", owner: 10)
    try sample.add("south", owner: 11)["born"] = 100
    try sample.add("common")["born"] = 1000
    try sample.addSum()
    let files = try TreeFileSystem(
      sample.tree, meanings: .builtIn, settings: MountSettings(parsing: "visibility=owner"))
    let pens: Set = ["north", "south", "common"]
    func pensOf(_ user: UInt32) throws -> Set<String> {
      try Set(Explorer(files, user: user).list("farm")).intersection(pens)
    }
    #expect(try pensOf(0) == pens)
    #expect(try pensOf(10) == ["north", "common"])
    #expect(try pensOf(11) == ["south", "common"])
    #expect(try pensOf(12) == ["common"])
    // The kernel caches a name for all users: its mode restricts access.
    let stranger = Explorer(files, user: 12)
    let closed = try stranger.attributes("farm/north")
    #expect(closed.permissions == 0o700 && closed.user == 10)
    #expect(try stranger.attributes("farm/common").permissions == 0o755)
    // Sums include what the viewer sees, also for simultaneous viewers.
    let readers = try [0, 10, 11, 12].map { user in
      try Explorer(files, user: UInt32(user)).open("farm/all.animals/born")
    }
    #expect(try readers.map { try $0.text() } == ["1110\n", "1010\n", "1100\n", "1000\n"])
    #expect(
      try Explorer(files, user: 10).read(".metrics/animals/born/values")
        == "farm/north 10\nfarm/common 1000\n")
    #expect(try !stranger.read("farm/.schema").contains("north"))
  }

  @Test("A hundred viewers are served, then the first one again")
  func hundredViewers() throws {
    var sample = try FarmTree()
    for user in 0..<100 { try sample.add("p\(user)", owner: UInt32(user + 1)) }
    let files = try TreeFileSystem(
      sample.tree, meanings: .builtIn, settings: MountSettings(parsing: "visibility=owner"))
    for user in Array(0..<100) + [0] {
      let names = try Explorer(files, user: UInt32(user + 1)).list("farm")
      #expect(names.contains("p\(user)") && !names.contains("p\((user + 1) % 100)"))
    }
  }
}
