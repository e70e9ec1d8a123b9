import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// How a mount begins and ends, and what is left of it.
  @Suite struct EndTests {
    private let directory: MountDirectory

    init() throws { directory = try MountDirectory() }

    private func session(threads: Int = 2) throws -> FuseSession {
      try FuseSession(FuseMount(on: directory.path), SampleFileSystem(), threads: threads)
    }

    private var isMounted: Bool {
      get throws { try MountedFileSystem.top(of: directory.path) != nil }
    }

    @Test("An unmount by anybody ends the session")
    func unmounted() throws {
      let session = try session()
      #expect(try Shell.run("umount \(directory.path)").status == 0)
      #expect(session.waitForEnd(milliseconds: 10_000) == .unmounted)
      #expect(session.stop() == .unmounted)
    }

    @Test("A stop takes the mount away, also where files are open", arguments: [1, 3])
    func stopped(threads: Int) throws {
      let session = try session(threads: threads)
      let text = try Descriptor.open("\(directory.path)/text")
      let bytes = try text.bytes(count: 3, at: 0)
      #expect(bytes == Array("the".utf8))
      #expect(session.stop() == .stopped)
      #expect(try !isMounted)
      #expect(session.stop() == .stopped)
      let code = text.failure
      #expect(code == ENOTCONN || code == ECONNABORTED)
    }

    @Test("The last reference to a session ends it")
    func released() throws {
      var session: FuseSession? = try session()
      #expect(try isMounted)
      session = nil
      #expect(try !isMounted)
      _ = session
    }

    @Test("A connection that the kernel aborts is told from an unmount")
    func aborted() throws {
      guard let control = try? directoryEntries("/sys/fs/fuse/connections"), !control.isEmpty else {
        return  // fusectl is not mounted: the next test has an abort by the kernel itself.
      }
      let session = try session()
      let device = try #require(try MountedFileSystem.top(of: directory.path)).device
      let number = device.split(separator: ":").last.map(String.init) ?? ""
      try Shell.run("echo 1 >/sys/fs/fuse/connections/\(number)/abort")
      #expect(session.waitForEnd(milliseconds: 10_000) == .aborted)
      #expect(session.stop() == .aborted)
      #expect(try !isMounted)
    }

    @Test("Sessions leave no descriptors behind")
    func descriptors() throws {
      _ = try session().stop()
      let before = try openDescriptors().filter { $0.value.contains("fuse") }
      for _ in 0..<20 {
        let session = try session()
        let bytes = try Descriptor.open("\(directory.path)/table").bytes(count: 1, at: 0)
        #expect(bytes == [0])
        session.stop()
      }
      #expect(try openDescriptors().filter { $0.value.contains("fuse") } == before)
    }

    @Test("What is no empty directory is refused with one line")
    func refused() throws {
      let path = directory.path
      func reason(_ path: String) -> String { mountFailure(on: path)?.description ?? "mounted" }
      #expect(reason("\(path)/none").hasPrefix("realpath \(path)/none: No such file or directory"))
      #expect(reason("/etc/passwd") == "/etc/passwd is no directory; choose one that is empty")
      #expect(
        reason("/etc") == "/etc is not empty, and would be hidden; choose an empty directory")
      let session = try session()
      #expect(
        reason(path)
          == "\(path) is a mount of fuse.vitals already; unmount it first: umount \(path)")
      session.stop()
      #expect(reason(path) == "mounted")
    }

    @Test("A mount whose server was killed is taken away at the next start")
    func killed() throws {
      for _ in 0..<3 {
        let server = try ServerProcess(directory.path)
        #expect(server.greeting.hasPrefix("ready"))
        // What the kernel keeps of the directory outlives the server.
        _ = try FileStatus(directory.path)
        server.process.kill()
        #expect(throws: SystemError.self) { try askFileSystem(directory.path) }
      }
      let session = try session()
      #expect(try Shell.run("cat text", in: directory.path).output == "the quick brown fox\n")
      session.stop()
      #expect(try !isMounted, "none is below the last one")
    }

    @Test("Another's mount whose server was killed is not taken away")
    func foreign() throws {
      // A connection that nobody serves, and that ends with this scope.
      do {
        let device = try FuseDevice.open()
        try mountFuse(
          device, on: directory.path, source: "other", type: "fuse.other",
          options: "rootmode=40000,user_id=0,group_id=0")
      }
      let error = mountFailure(on: directory.path)
      #expect(error == .stale(directory: directory.path, type: "fuse.other"))
      #expect(try isMounted)
    }
  }
}
