import FoundationEssentials
import Glibc
import KVMStats
import LinuxSystem
import SampleFileSystem
import Statistics
import StatsChecks
import StatsFS
import StatsKnowledge
import Testing

@testable import FUSE
@testable import KVMStatsFormat

extension MountedTests {
  /// The findings of `vitals check` on a mount.
  @Suite struct CheckTests {
    /// The only rule of the simulated `.table`.
    private enum ContentRule: String, CheckRule {
      case isValid = "T1"
      var text: String { "ok" }
    }

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
            ContentRule.isValid, object: path, outcome: isRight ? .pass : .fail("it is not"))
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
        return MountFormats.ParsedSchema(hash: members.hash, statistics: members.statistics)
      })

    /// The findings that did not pass, by the identifiers of their rules.
    private func findings(below path: String = "") throws -> (
      failed: [String: String], skipped: [String: String]
    ) {
      var found: [Finding] = []
      switch try MountPlace(directory.path + path) {
      case .mounted(let mount, let path):
        found = MountCheck(
          mount, path, object: "it", formats: Self.formats, quietMilliseconds: 50
        ).run()
      case .unresponsive: found = MountCheck.findings(ofUnresponsive: "it", duringStep: "stat it")
      default: Issue.record("\(directory.path)\(path) is not a mount")
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

    @Test("A violated rule fails, and no other rule does", arguments: MountDefect.allCases)
    func defects(defect: MountDefect) throws {
      let session = try serve(DefectiveFileSystem(defect))
      let (failed, skipped) = try findings()
      #expect(failed.keys.contains(defect.rules.first ?? "") == (defect != .none), "\(failed)")
      #expect(Set(failed.keys).isSubset(of: defect.rules), "\(failed)")
      if defect == .none { #expect(skipped.isEmpty, "\(skipped)") }
      session.stop()
    }

    @Test("Rules for missing files are skipped", arguments: ["", "/web1", "/web1/disk"])
    func absent(path: String) throws {
      let session = try serve(DefectiveFileSystem(.none, isPlain: true))
      let (failed, skipped) = try findings(below: path)
      #expect(failed.isEmpty)
      for rule in ["F14", "F15", "F16"] { #expect(skipped[rule] == "no .schema") }
      #expect(skipped["F17"] == "no .table")
      #expect(skipped["F21"] == "no .metrics")
      session.stop()
    }

    @Test("Files without permission and removed files are skipped; other errors are failures")
    func refused() throws {
      let errors: [String: FuseError] = [
        "web1/disk/reads": .accessDenied, "web1/.values": .noDevice,
        "web1/disk/phase": .inputOutput,
      ]
      let session = try serve(DefectiveFileSystem(.none, errors: errors))
      let (failed, skipped) = try findings()
      #expect(skipped["F19"]?.contains("for example web1/disk/reads (EACCES)") == true)
      #expect(skipped["F20"]?.contains("for example web1/.values") == true)
      #expect(failed["F6"] == "web1/disk/phase: open: EIO", "\(failed)")
      session.stop()
    }

    @Test("A tree passes all rules while values change and sources are added and removed")
    func moving() throws {
      let farm = SampleTree(sources: 20, statistics: 60)
      let session = try FuseSession(
        FuseMount(on: directory.path), TreeFileSystem(farm.tree, meanings: .builtIn), threads: 2)
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

    @Test("A server that stops during the check is a failure")
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
      server.resume()
    }

    @Test("A stopped server fails within two seconds, a killed one at once")
    func dead() throws {
      let server = try ServerProcess(directory.path)
      try server.stop()
      // Cached attributes would need no request.
      sleepNanoseconds(1_100_000_000)
      let begin = monotonicNanoseconds()
      var (failed, skipped) = try findings()
      #expect(monotonicNanoseconds() - begin < 20_000_000_000)
      #expect(failed.keys.sorted() == ["F1"] && skipped.count == 18, "\(failed) \(skipped)")
      #expect(failed["F1"]?.hasPrefix("no answer within 2000 ms") == true)
      server.resume()
      server.process.kill()
      (failed, skipped) = try findings()
      #expect(failed.keys.sorted() == ["F1"] && skipped.count == 18)
      #expect(failed["F1"]?.contains("ENOTCONN") == true)
    }

    @Test("A path is a mount, another directory, or a file, also through links and from inside")
    func places() throws {
      let session = try serve(DefectiveFileSystem(.none))
      let link = "\(directory.path)-link"
      #expect(unsafe symlink("\(directory.path)/web1", link) == 0)
      defer { removeFile(link) }
      for path in ["", "/web1", "/web1/../web1/disk/", "-link/disk"] {
        guard case .mounted(let mount, let whole) = try MountPlace(directory.path + path) else {
          Issue.record("\(path) is not in a mount")
          continue
        }
        #expect(mount.directory == directory.path && whole.hasPrefix(directory.path))
      }
      if case .file = try MountPlace("\(directory.path)/web1/.status") {
      } else {
        Issue.record("a file is not recognized")
      }
      if case .directory = try MountPlace("/tmp") {} else { Issue.record("/tmp is a mount") }
      #expect(throws: SystemError.self) { try MountPlace("\(directory.path)/none") }
      session.stop()
    }
  }
}
