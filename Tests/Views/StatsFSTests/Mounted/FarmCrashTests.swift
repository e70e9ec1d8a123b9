import Glibc
import LinuxSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// Many readers while sources are removed, and while the server is stopped or killed.
  @Suite struct FarmCrashTests {
    private let directory: MountDirectory
    private let farm: FarmProcess

    init() throws {
      directory = try MountDirectory()
      farm = try FarmProcess(directory.path, sources: 32)
    }

    private var files: [String] {
      (0..<32).flatMap { source in
        ["count0", "count31", "balance", ".values"].map { farm.path("s\(source)/work/\($0)") }
      }
    }

    @Test("Reading a removed source fails with ENODEV or ENOENT only")
    func vanishing() throws {
      let readers = try FarmReaders(16, files)
      #expect(waits(seconds: 20) { readers.reads > 1_000 })
      for round in 0..<100 {
        try farm.send("bump")
        #expect(try farm.send("remove s\(round % 32)") == "ok")
        sleepNanoseconds(3_000_000)
        #expect(try farm.send("add s\(round % 32)") == "ok")
      }
      let before = readers.reads
      let resume = waits(seconds: 20) { readers.reads > before + 1_000 }
      #expect(resume, "\(readers.reads - before) reads, \(readers.errors)")
      #expect(readers.stop())
      #expect(readers.problems.isEmpty, "\(readers.problems.prefix(3))")
      #expect(Set(readers.errors.keys).isSubset(of: [ENODEV, ENOENT]), "\(readers.errors)")
      #expect(readers.errors.values.reduce(0, +) > 0, "no reader met a removed source")
      #expect(try farm.send("end") == "stopped")
    }

    @Test("Readers of a killed server get ENOTCONN, and a new mount replaces the old one")
    func killed() throws {
      let kept = try Descriptor.open(farm.path("s0/work/count0"))
      let readers = try FarmReaders(16, files)
      #expect(waits(seconds: 20) { readers.reads > 100 })
      farm.process.kill()
      #expect(waits(seconds: 20) { readers.errors[ENOTCONN, default: 0] > 16 })
      #expect(readers.stop())
      #expect(readers.problems.isEmpty, "\(readers.problems.prefix(3))")
      // A reader that waited when the server was killed gets ECONNABORTED.
      #expect(Set(readers.errors.keys).isSubset(of: [ENOTCONN, ECONNABORTED]))
      let code = kept.readError
      #expect(code == ENOTCONN)
      let next = try FarmProcess(directory.path, sources: 2)
      #expect(try Shell.run("cat farm/s1/work/count0", in: directory.path).output == "2028\n")
      #expect(try next.send("end") == "stopped")
      #expect(try MountedFileSystem.top(of: directory.path) == nil, "another mount is left below")
    }

    @Test("Readers of a stopped server wait, can be killed, and continue when it does")
    func stopped() throws {
      let readers = try FarmReaders(16, files)
      #expect(waits(seconds: 20) { readers.reads > 100 })
      try farm.stop()
      sleepNanoseconds(50_000_000)
      let before = readers.reads
      let victim = try ChildProcess(
        executable: "/bin/cat", arguments: [farm.path("s1/work/.values")],
        output: Descriptor.standardError())
      sleepNanoseconds(300_000_000)
      #expect(readers.reads == before && !victim.hasExited)
      kill(victim.pid, SIGKILL)
      #expect(victim.waitForExit(milliseconds: 10_000))
      farm.resume()
      #expect(waits(seconds: 20) { readers.reads > before + 100 })
      #expect(readers.stop())
      #expect(readers.problems.isEmpty && readers.errors.isEmpty, "\(readers.errors)")
      #expect(try farm.send("end") == "stopped")
    }
  }
}
