import Glibc
import LinuxSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// Many readers while sources go, and while the server is stopped or killed.
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

    @Test("What goes while it is read is no device, or has no name any more")
    func vanishing() throws {
      let readers = try FarmReaders(16, files)
      #expect(waits(seconds: 20) { readers.reads > 1_000 })
      for round in 0..<100 {
        try farm.tell("bump")
        #expect(try farm.tell("remove s\(round % 32)") == "ok")
        sleepNanoseconds(3_000_000)
        #expect(try farm.tell("add s\(round % 32)") == "ok")
      }
      let before = readers.reads
      let goOn = waits(seconds: 20) { readers.reads > before + 1_000 }
      #expect(goOn, "\(readers.reads - before) reads, \(readers.refusals)")
      #expect(readers.end())
      #expect(readers.flaws.isEmpty, "\(readers.flaws.prefix(3))")
      #expect(Set(readers.refusals.keys).isSubset(of: [ENODEV, ENOENT]), "\(readers.refusals)")
      #expect(readers.refusals.values.reduce(0, +) > 0, "some looked at what had gone")
      #expect(try farm.tell("end") == "stopped")
    }

    @Test("Readers of a killed server have no connection, and a new mount cleans up")
    func killed() throws {
      let kept = try Descriptor.open(farm.path("s0/work/count0"))
      let readers = try FarmReaders(16, files)
      #expect(waits(seconds: 20) { readers.reads > 100 })
      farm.process.kill()
      #expect(waits(seconds: 20) { readers.refusals[ENOTCONN, default: 0] > 16 })
      #expect(readers.end())
      #expect(readers.flaws.isEmpty, "\(readers.flaws.prefix(3))")
      // Whoever was waiting when it died is told that the connection was aborted.
      #expect(Set(readers.refusals.keys).isSubset(of: [ENOTCONN, ECONNABORTED]))
      let code = kept.failure
      #expect(code == ENOTCONN)
      let next = try FarmProcess(directory.path, sources: 2)
      #expect(try Shell.run("cat farm/s1/work/count0", in: directory.path).output == "2028\n")
      #expect(try next.tell("end") == "stopped")
      #expect(try MountedFileSystem.top(of: directory.path) == nil, "none is below the last one")
    }

    @Test("Readers of a stopped server wait, can be killed, and go on when it does")
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
      #expect(readers.reads == before && !victim.hasEnded)
      kill(victim.pid, SIGKILL)
      #expect(victim.waitForEnd(milliseconds: 10_000))
      farm.goOn()
      #expect(waits(seconds: 20) { readers.reads > before + 100 })
      #expect(readers.end())
      #expect(readers.flaws.isEmpty && readers.refusals.isEmpty, "\(readers.refusals)")
      #expect(try farm.tell("end") == "stopped")
    }
  }
}
