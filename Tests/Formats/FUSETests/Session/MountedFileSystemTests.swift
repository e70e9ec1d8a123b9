import LinuxSystem
import Testing

@testable import FUSE

@Suite struct MountedFileSystemTests {
  @Test("A line of mountinfo is parsed, including its escapes")
  func line() throws {
    let mounted = try #require(
      MountedFileSystem(
        line:
          #"36 35 0:52 / /mnt/a\040b\134c rw,nosuid master:1 propagate_from:2 - fuse.vitals vitals rw"#
      ))
    #expect(mounted.device == "0:52" && mounted.directory == #"/mnt/a b\c"#)
    #expect(mounted.type == "fuse.vitals" && mounted.isFuse)
    let plain = try #require(MountedFileSystem(line: "22 1 8:1 / / rw - ext4 /dev/sda1 rw"))
    #expect(plain.directory == "/" && !plain.isFuse)
  }

  @Test(
    "A malformed line is rejected",
    arguments: ["", "22 1 8:1 / / rw", "22 1 8:1 / / rw -", "1 2 3 4 5 6 7 8 9"])
  func invalid(line: String) {
    #expect(MountedFileSystem(line: line) == nil)
  }

  @Test("The root directory is a mount; a path that does not exist is not")
  func top() throws {
    #expect(try MountedFileSystem.top(of: "/") != nil)
    #expect(try MountedFileSystem.top(of: "/no/such/directory") == nil)
  }
}
