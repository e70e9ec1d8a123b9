import CAllocations
import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import Testing

@testable import FUSE

extension MountedTests {
  @Suite struct PassthroughTests {
    @Test("The kernel reads a file with a backing without requests")
    func passthrough() throws {
      let directory = try MountDirectory()
      let files = try SampleFileSystem()
      let session = try FuseSession(FuseMount(on: directory.path), files)
      guard session.connection.agreement.features.contains(.passthrough) else {
        #expect(files.backingError == .unsupported)
        return
      }
      #expect(files.backingError == nil)
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

    @Test("Without passthrough the filesystem serves the same bytes and gets the reason")
    func refused() throws {
      let directory = try MountDirectory()
      let files = try SampleFileSystem()
      var requested = FuseRequestedFeatures()
      requested.features.remove(.passthrough)
      let session = try FuseSession(FuseMount(on: directory.path), files, requested: requested)
      #expect(files.backingError == .unsupported)
      #expect(try Shell.run("cmp table copy && echo same", in: directory.path).output == "same\n")
      #expect(session.stop() == .stopped)
    }

    @Test("A file that cannot be a backing is rejected with a reason")
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
      #expect(reason.hasPrefix("passthrough does not accept this file: "))
    }

    @Test("An open node accepts no second backing")
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

    @Test("Reading an open file allocates no memory")
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
      #expect(files.maximumAllocationCount == 0)
    }
  }
}
