import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// Mounts by `fusermount3`: the program that `VITALS_FUSERMOUNT` names, or the installed one.
  @Suite(.enabled(if: MountProgram.path != nil, "fusermount3 is not installed"))
  struct ProgramTests {
    private let directory: MountDirectory
    private var options = FuseMountOptions()

    init() throws {
      directory = try MountDirectory()
      options.method = .program(try #require(MountProgram.path))
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

    @Test("It replaces the mount of a killed server")
    func stale() throws {
      let server = try ServerProcess(directory.path)
      server.process.kill()
      let mount = try FuseMount(on: directory.path, options: options)
      let isMounted = mount.isMounted
      #expect(isMounted)
    }

    @Test("It reports why it could not mount")
    func refused() throws {
      var options = options
      for (program, reason) in [
        ("/bin/false", "no error message"), ("/bin/cat", "/bin/cat: "), ("/none", "posix_spawn"),
      ] {
        options.method = .program(program)
        let error = mountError(on: directory.path, options)
        guard case .programFailed(program, directory.path, let words) = error else {
          Issue.record("\(program): \(String(describing: error))")
          continue
        }
        #expect(words.hasPrefix(reason))
      }
    }
  }
}

/// The path of `fusermount3`, if it is installed.
enum MountProgram {
  static let path: String? = {
    let named = unsafe getenv("VITALS_FUSERMOUNT").map { unsafe String(cString: $0) }
    return [named, "/usr/bin/fusermount3", "/bin/fusermount3"].compactMap(\.self).first {
      (try? FileStatus($0)) != nil
    }
  }()
}
