import CAllocations
import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import Testing

@testable import FUSE

extension MountedTests {
  @Suite struct PassthroughTests {
    @Test("The kernel reads a backed file without asking")
    func passthrough() throws {
      let directory = try MountDirectory()
      let files = try SampleFileSystem()
      let session = try FuseSession(FuseMount(on: directory.path), files)
      guard session.connection.agreement.features.contains(.passthrough) else {
        #expect(files.refusal == .notKnown)
        return
      }
      #expect(files.refusal == nil)
      let file = try Descriptor.open("\(directory.path)/table")
      let before = session.counts.requests
      for offset in stride(from: 0, to: SampleItem.tableSize, by: 4096) {
        let byte = try file.bytes(count: 4096, at: offset)[8]
        #expect(byte == UInt8(truncatingIfNeeded: offset / 8 + 1))
      }
      #expect(session.counts.requests == before)
      session.stop()
      let bytes = try file.bytes(count: 8, at: 800)
      #expect(bytes == [UInt8](repeating: 100, count: 8))
    }

    @Test("Where the kernel cannot, the filesystem is told, and the bytes are the same")
    func refused() throws {
      let directory = try MountDirectory()
      let files = try SampleFileSystem()
      var wishes = FuseRequestedFeatures()
      wishes.features.remove(.passthrough)
      let session = try FuseSession(FuseMount(on: directory.path), files, wishes: wishes)
      #expect(files.refusal == .notKnown)
      #expect(try Shell.run("cmp table copy && echo same", in: directory.path).output == "same\n")
      #expect(session.stop() == .stopped)
    }

    @Test("A file that cannot back another is refused with the reason")
    func unsuitable() throws {
      let directory = try MountDirectory()
      let session = try FuseSession(FuseMount(on: directory.path), SampleFileSystem())
      guard session.connection.agreement.features.contains(.passthrough) else {
        try Test.cancel("this kernel has no passthrough")
      }
      let pipe = try Pipe()
      var reason = ""
      do {
        _ = try session.connection.openBacking(of: pipe.reader)
      } catch {
        reason = "\(error)"
      }
      #expect(reason.hasPrefix("no passthrough of this file"))
    }

    @Test("A node that is open keeps its backing: the kernel takes no other one")
    func oneBacking() throws {
      let directory = try MountDirectory()
      let session = try FuseSession(FuseMount(on: directory.path), RebackingFileSystem())
      guard session.connection.agreement.features.contains(.passthrough) else {
        try Test.cancel("this kernel has no passthrough")
      }
      let path = "\(directory.path)/file"
      for _ in 0..<2 {
        let first = try Descriptor.open(path)
        let bytes = try first.bytes(count: 3, at: 0)
        #expect(bytes == [1, 2, 3])
        let error = #expect(throws: SystemError.self) { _ = try Descriptor.open(path) }
        #expect(error?.code == EIO)
        close(first.release())
      }
    }

    @Test("A read of a kept handle allocates nothing")
    func allocations() throws {
      try #require(allocations_are_counted())
      let directory = try MountDirectory()
      let files = try CountingFileSystem()
      let session = try FuseSession(FuseMount(on: directory.path), files)
      let file = try Descriptor.open("\(directory.path)/text")
      for _ in 0..<1_000 {
        let bytes = try file.bytes(count: 20, at: 0)
        #expect(bytes == SampleItem.textContent)
      }
      session.stop()
      #expect(files.largest == 0)
    }
  }
}
