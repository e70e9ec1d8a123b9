import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// Mounts by `fusermount3`, of the system or where `VITALS_FUSERMOUNT` says.
  @Suite(.enabled(if: MountProgram.path != nil, "fusermount3 is not installed"))
  struct ProgramTests {
    private let directory: MountDirectory
    private var options = FuseMountOptions()

    init() throws {
      directory = try MountDirectory()
      options.way = .program(try #require(MountProgram.path))
    }

    @Test("The program mounts and unmounts")
    func mounts() throws {
      let before = try openDescriptors().count
      for _ in 0..<3 {
        let session = try FuseSession(
          FuseMount(on: directory.path, options: options), SampleFileSystem())
        let mounted = try #require(try MountedFileSystem.top(of: directory.path))
        #expect(mounted.type == "fuse.vitals")
        #expect(try Shell.run("cat text", in: directory.path).output == "the quick brown fox\n")
        #expect(session.stop() == .stopped)
        #expect(try MountedFileSystem.top(of: directory.path) == nil)
      }
      #expect(try openDescriptors().count <= before)
    }

    @Test("It takes away what a killed server left")
    func stale() throws {
      let server = try ServerProcess(directory.path)
      server.process.kill()
      let mount = try FuseMount(on: directory.path, options: options)
      let isMounted = mount.isMounted
      #expect(isMounted)
    }

    @Test("It says why it could not")
    func refused() throws {
      var options = options
      for (program, reason) in [
        ("/bin/false", "it gave no reason"), ("/bin/cat", "/bin/cat: "), ("/none", "posix_spawn"),
      ] {
        options.way = .program(program)
        let error = mountFailure(on: directory.path, options)
        guard case .programFailed(program, directory.path, let words) = error else {
          Issue.record("\(program): \(String(describing: error))")
          continue
        }
        #expect(words.hasPrefix(reason))
      }
    }
  }
}

/// `fusermount3`, where there is one.
enum MountProgram {
  static let path: String? = {
    let named = unsafe getenv("VITALS_FUSERMOUNT").map { unsafe String(cString: $0) }
    return [named, "/usr/bin/fusermount3", "/bin/fusermount3"].compactMap(\.self).first {
      (try? FileStatus($0)) != nil
    }
  }()
}
