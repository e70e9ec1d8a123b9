import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import Testing

@testable import FUSE

extension MountedTests {
  /// Readers of a server that is stopped or killed.
  @Suite struct CrashTests {
    private let directory: MountDirectory
    private let server: ServerProcess

    init() throws {
      directory = try MountDirectory()
      server = try ServerProcess(directory.path, "2")
    }

    /// An open file with passthrough, and a mapping of it.
    private struct Kept: ~Copyable {
      let file: Descriptor
      let mapping: Mapping

      private init(_ file: consuming Descriptor, _ mapping: consuming Mapping) {
        self.file = file
        self.mapping = mapping
      }

      static func open(_ path: String) throws -> Kept {
        let file = try Descriptor.open(path)
        let mapping = try Mapping(of: file, byteCount: SampleItem.tableSize)
        return Kept(file, mapping)
      }

      var isWhole: Bool {
        let bytes = try? file.bytes(count: SampleItem.tableSize, at: 0)
        guard let bytes, bytes.count == SampleItem.tableSize else { return false }
        return (0..<SampleItem.tableSize).allSatisfy { offset in
          let expected = UInt8(truncatingIfNeeded: offset >> 3)
          return bytes[offset] == expected && mapping.load(UInt8.self, at: offset) == expected
        }
      }
    }

    @Test("Files with passthrough and their mappings survive a stop and the end of the server")
    func kept() throws {
      guard server.greeting.hasSuffix("passthrough") else {
        try Test.cancel("no passthrough here: \(server.greeting)")
      }
      let kept = try Kept.open("\(directory.path)/table")
      let text = try Descriptor.open("\(directory.path)/text")
      var isWhole = kept.isWhole
      #expect(isWhole)
      try server.stop()
      isWhole = kept.isWhole
      #expect(isWhole, "stopped")
      server.resume()
      let bytes = try text.bytes(count: 3, at: 0)
      #expect(bytes == Array("the".utf8))
      server.process.kill()
      isWhole = kept.isWhole
      #expect(isWhole, "dead")
      let code = text.readError
      #expect(code == ENOTCONN || code == ECONNABORTED)
    }

    @Test("A reader of a stopped server can be killed, and continues when the server does")
    func stopped() throws {
      try server.stop()
      let pipe = try Pipe()
      let reader = try ChildProcess(
        executable: "/bin/cat", arguments: ["\(directory.path)/text"], output: pipe.writer)
      let output = pipe.closeWriter()
      var hasOutput = output.waitForInput(milliseconds: 300)
      #expect(!hasOutput)
      let victim = try ChildProcess(
        executable: "/bin/cat", arguments: ["\(directory.path)/lines"],
        output: Descriptor.standardError())
      sleepNanoseconds(100_000_000)
      victim.kill()
      server.resume()
      hasOutput = output.waitForInput(milliseconds: 20_000)
      #expect(hasOutput)
      var bytes = [UInt8](repeating: 0, count: 100)
      let count = try output.read(into: &bytes)
      #expect(count == SampleItem.textContent.count)
      #expect(reader.waitForExit(milliseconds: 20_000))
    }

    @Test("Mounting over a stopped server fails without waiting for it")
    func silent() throws {
      try server.stop()
      // Cached attributes would need no request.
      sleepNanoseconds(1_100_000_000)
      let begin = monotonicNanoseconds()
      let error = mountError(on: directory.path)
      #expect(
        error == .unresponsive(directory: directory.path, type: "fuse.vitals", milliseconds: 2_000))
      #expect(monotonicNanoseconds() - begin < 20_000_000_000)
      server.resume()
    }

    @Test("A server that receives SIGTERM unmounts")
    func asked() throws {
      kill(server.process.pid, SIGTERM)
      #expect(try server.nextLine() == "stopped")
      #expect(server.process.waitForExit(milliseconds: 20_000))
      #expect(try MountedFileSystem.top(of: directory.path) == nil)
    }
  }
}
