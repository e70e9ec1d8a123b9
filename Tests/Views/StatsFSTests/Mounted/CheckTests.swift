import FoundationEssentials
import Glibc
import KVMStats
import LinuxSystem
import SampleFileSystem
import Statistics
import StatsChecks
import StatsFS
import Testing

@testable import FUSE
@testable import KVMStatsFormat

extension MountedTests {
  /// What `vitals check` says of a mount.
  @Suite struct CheckTests {
    private let directory: MountDirectory

    init() throws { directory = try MountDirectory() }

    private static let formats = MountFormats(
      binary: { path in
        guard let file = try? Descriptor.open(path) else { return [] }
        return StatsFileCheck(file, object: path).run().filter { $0.check != "I4" }
      },
      table: { path in
        let isRight = (try? readText(path)) == "VITALS ok"
        return [
          Finding(
            check: "T1", rule: "ok", object: path, outcome: isRight ? .pass : .fail("it is not"))
        ]
      },
      schema: { bytes in
        struct Members: Decodable {
          let hash: String?
          let statistics: [Statistic]?
        }
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(bytes)) else {
          return nil
        }
        return MountFormats.Described(hash: members.hash, statistics: members.statistics)
      })

    /// The findings that are not passed, by the rules' numbers.
    private func findings(below path: String = "") throws -> (
      failed: [String: String], skipped: [String: String]
    ) {
      var found: [Finding] = []
      switch try MountPlace(directory.path + path) {
      case .mounted(let mount, let path):
        found = MountCheck(
          mount, path, object: "it", formats: Self.formats, quietMilliseconds: 50
        ).run()
      case .silent: found = MountCheck.findings(ofSilent: "it", asked: "stat it")
      default: Issue.record("\(directory.path)\(path) is no mount")
      }
      var outcome: (failed: [String: String], skipped: [String: String]) = ([:], [:])
      for finding in found {
        if case .fail(let reason) = finding.outcome { outcome.failed[finding.check] = reason }
        if case .skip(let reason) = finding.outcome { outcome.skipped[finding.check] = reason }
      }
      return outcome
    }

    private func serve(_ files: DefectiveFileSystem) throws -> FuseSession {
      try FuseSession(FuseMount(on: directory.path), files, threads: 2)
    }

    @Test("A rule fails where it is broken, and no other does", arguments: MountDefect.allCases)
    func defects(defect: MountDefect) throws {
      let session = try serve(DefectiveFileSystem(defect))
      let (failed, skipped) = try findings()
      #expect(failed.keys.contains(defect.rules.first ?? "") == (defect != .none), "\(failed)")
      #expect(Set(failed.keys).isSubset(of: defect.rules), "\(failed)")
      if defect == .none { #expect(skipped.isEmpty, "\(skipped)") }
      session.stop()
    }

    @Test("What is not there is not tried", arguments: ["", "/web1", "/web1/disk"])
    func absent(path: String) throws {
      let session = try serve(DefectiveFileSystem(.none, isPlain: true))
      let (failed, skipped) = try findings(below: path)
      #expect(failed.isEmpty)
      for rule in ["F14", "F15", "F16"] { #expect(skipped[rule] == "there is no .schema") }
      #expect(skipped["F17"] == "there is no .table")
      #expect(skipped["F21"] == "there is no .metrics")
      session.stop()
    }

    @Test("What may not be read is skipped, what goes is counted, and nothing else may fail")
    func refused() throws {
      let refusals: [String: FuseError] = [
        "web1/disk/reads": .accessDenied, "web1/.values": .noDevice,
        "web1/disk/phase": .inputOutput,
      ]
      let session = try serve(DefectiveFileSystem(.none, refusals: refusals))
      let (failed, skipped) = try findings()
      #expect(skipped["F19"]?.contains("such as web1/disk/reads (EACCES)") == true)
      #expect(skipped["F20"]?.contains("such as web1/.values") == true)
      #expect(failed["F6"] == "web1/disk/phase: open: EIO", "\(failed)")
      session.stop()
    }

    @Test("A tree keeps the rules while numbers move and sources go")
    func moving() throws {
      let farm = SampleTree(sources: 20, statistics: 60)
      let session = try FuseSession(
        FuseMount(on: directory.path), TreeFileSystem(farm.tree), threads: 2)
      let stops = Monitor(false)
      let mover = try SystemThread(name: "mover") {
        var round = 0
        while !stops.wait(until: monotonicNanoseconds() + 3_000_000, for: { $0 }) {
          farm.bump()
          if round % 20 == 0 { farm.remove("s\(round / 20 % 20)") }
          if round % 20 == 10 { farm.add("s\(round / 20 % 20)") }
          round += 1
        }
      }
      let (failed, _) = try findings()
      stops.update { $0 = true }
      mover.join()
      #expect(failed.isEmpty, "\(failed)")
      session.stop()
    }

    @Test("A server that stops in the middle fails, too")
    func stops() throws {
      let server = try ServerProcess(directory.path)
      guard case .mounted(let mount, let path) = try MountPlace(directory.path) else {
        Issue.record("nothing is mounted")
        return
      }
      try server.stop()
      let findings = MountCheck(mount, path, object: "it", formats: Self.formats).run()
      guard case .fail(let reason) = findings.first?.outcome else {
        Issue.record("\(findings)")
        return
      }
      #expect(reason.hasPrefix("no answer within 2000 ms to statfs"))
      server.goOn()
    }

    @Test("A server that is stopped fails in two seconds, and one that was killed at once")
    func dead() throws {
      let server = try ServerProcess(directory.path)
      try server.stop()
      // Attributes that hold are not asked for.
      sleepNanoseconds(1_100_000_000)
      let begin = monotonicNanoseconds()
      var (failed, skipped) = try findings()
      #expect(monotonicNanoseconds() - begin < 20_000_000_000)
      #expect(failed.keys.sorted() == ["F1"] && skipped.count == 18, "\(failed) \(skipped)")
      #expect(failed["F1"]?.hasPrefix("no answer within 2000 ms") == true)
      server.goOn()
      server.process.kill()
      (failed, skipped) = try findings()
      #expect(failed.keys.sorted() == ["F1"] && skipped.count == 18)
      #expect(failed["F1"]?.contains("ENOTCONN") == true)
    }

    @Test("A path is a mount, another directory, or a file, also by links and from within")
    func places() throws {
      let session = try serve(DefectiveFileSystem(.none))
      let link = "\(directory.path)-link"
      #expect(unsafe symlink("\(directory.path)/web1", link) == 0)
      defer { removeFile(link) }
      for path in ["", "/web1", "/web1/../web1/disk/", "-link/disk"] {
        guard case .mounted(let mount, let whole) = try MountPlace(directory.path + path) else {
          Issue.record("\(path) is in no mount")
          continue
        }
        #expect(mount.directory == directory.path && whole.hasPrefix(directory.path))
      }
      if case .file = try MountPlace("\(directory.path)/web1/.status") {
      } else {
        Issue.record("a file is none")
      }
      if case .directory = try MountPlace("/tmp") {} else { Issue.record("/tmp is a mount") }
      #expect(throws: SystemError.self) { try MountPlace("\(directory.path)/none") }
      session.stop()
    }
  }
}
