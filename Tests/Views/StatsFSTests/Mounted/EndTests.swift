import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// The end of a mount, and its remains.
  @Suite struct EndTests {
    private let directory: MountDirectory

    init() throws { directory = try MountDirectory() }

    private func session(threads: Int = 2) throws -> FuseSession {
      try FuseSession(FuseMount(on: directory.path), SampleFileSystem(), threads: threads)
    }

    private var isMounted: Bool {
      get throws { try MountedFileSystem.top(of: directory.path) != nil }
    }

    @Test("An unmount by another process ends the session")
    func unmounted() throws {
      let session = try session()
      #expect(try Shell.run("umount \(directory.path)").status == 0)
      #expect(session.waitForEnd(milliseconds: 10_000) == .unmounted)
      #expect(session.stop() == .unmounted)
    }

    @Test("Stopping unmounts, even if files are open", arguments: [1, 3])
    func stopped(threads: Int) throws {
      let session = try session(threads: threads)
      let text = try Descriptor.open("\(directory.path)/text")
      let bytes = try text.bytes(count: 3, at: 0)
      #expect(bytes == Array("the".utf8))
      #expect(session.stop() == .stopped)
      #expect(try !isMounted)
      #expect(session.stop() == .stopped)
      let code = text.readError
      #expect(code == ENOTCONN || code == ECONNABORTED)
    }

    @Test("Releasing the last reference to a session ends it")
    func released() throws {
      var session: FuseSession? = try session()
      #expect(try isMounted)
      session = nil
      #expect(try !isMounted)
      _ = session
    }

    @Test("An abort by the kernel is distinguished from an unmount")
    func aborted() throws {
      guard let control = try? directoryEntries("/sys/fs/fuse/connections"), !control.isEmpty else {
        try Test.cancel("the control filesystem of FUSE is not mounted")
      }
      let session = try session()
      let device = try #require(try MountedFileSystem.top(of: directory.path)).device
      let number = device.split(separator: ":").last.map(String.init) ?? ""
      try Shell.run("echo 1 >/sys/fs/fuse/connections/\(number)/abort")
      #expect(session.waitForEnd(milliseconds: 10_000) == .aborted)
      #expect(session.stop() == .aborted)
      #expect(try !isMounted)
    }

    @Test("Sessions close all descriptors")
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

    @Test("A path that is not an empty directory is rejected with a one-line reason")
    func refused() throws {
      let path = directory.path
      func reason(_ path: String) -> String { mountError(on: path)?.description ?? "mounted" }
      #expect(reason("\(path)/none").hasPrefix("realpath \(path)/none: No such file or directory"))
      #expect(reason("/etc/passwd") == "cannot mount on '/etc/passwd': not a directory")
      #expect(
        reason("/etc")
          == "cannot mount on '/etc': directory is not empty (the mount would hide its files)")
      let session = try session()
      #expect(
        reason(path)
          == "cannot mount on '\(path)': fuse.vitals is already mounted there; unmount it first: "
          + "umount \(path)")
      session.stop()
      #expect(reason(path) == "mounted")
    }

    @Test("A mount of a killed server is removed by the next mount")
    func killed() throws {
      for _ in 0..<3 {
        let server = try ServerProcess(directory.path)
        #expect(server.greeting.hasPrefix("ready"))
        // The kernel's cache of the directory outlives the server.
        _ = try FileStatus(directory.path)
        server.process.kill()
        #expect(throws: SystemError.self) { try probeFileSystem(directory.path) }
      }
      let session = try session()
      #expect(try Shell.run("cat text", in: directory.path).output == "the quick brown fox\n")
      session.stop()
      #expect(try !isMounted, "no other mount is left below")
    }

    @Test("A dead mount of another type is not removed")
    func foreign() throws {
      // A connection without a server; its descriptor is closed at the end of this scope.
      do {
        let device = try FuseDevice.open()
        try mountFuse(
          device, on: directory.path, source: "other", type: "fuse.other",
          options: "rootmode=40000,user_id=0,group_id=0")
      }
      let error = mountError(on: directory.path)
      #expect(error == .stale(directory: directory.path, type: "fuse.other"))
      #expect(try isMounted)
    }
  }
}
