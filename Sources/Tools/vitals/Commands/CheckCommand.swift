import ArgumentParser
import KVMStats
import KVMStatsFormat
import LinuxSystem
import RRDStats
import Statistics
import StatsChecks
import StatsFS
import StatsInput
import StatsText
import StatsTree
import XenStats

/// `vitals check`: whether statistics keep their rules.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the rules of statistics formats on live objects and files.",
    discussion: """
      Without a file, makes a virtual machine of its own, checks it, and then checks every \
      statistics descriptor that a VMM on this host keeps open. With files, checks those: a \
      publisher's table or socket, a Xen statistics table, a file of xcp-rrdd's plugins, else KVM \
      binary statistics. Of a directory of 'vitals mount' it looks at all that is there, and writes \
      nothing. The word xen in place of a file checks the domains of this host, each number against \
      a second way to it. Each rule has a number (I1 to I22 are those of the kernel's own test, V1 to \
      V5 are ours, X1 to X26 are of Xen's table, X27 to X31 of its domains, T1 to T26 of our table, \
      R1 to R13 of xcp-rrdd's files, F1 to F21 of the filesystem) and passes, fails or is skipped \
      with the reason. Of a table --all also says what memory each source and group takes.

      Exit status 1 if a rule fails.

      Examples:
        vitals check
        vitals check --format junit > findings.xml
        vitals check saved.binary
        vitals check --all /dev/shm/vitals/app/shop.table
        vitals check /tmp/vitals
        vitals check xen
      """)

  @Argument(
    help: ArgumentHelp(
      """
      Tables, publishers' sockets, files of xcp-rrdd's plugins or with KVM binary statistics, \
      mounted directories, or xen.
      """,
      valueName: "file"))
  var files: [String] = []

  @Option(name: .long, help: "text, json or junit.")
  var format: FindingFormat = .text

  @Flag(name: .long, help: "Show each check, not only those that fail or are skipped.")
  var all = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The libxenctrl to load, by name or path.", valueName: "library", visibility: .hidden))
  var xenLibrary: String?

  func run() throws {
    raiseDescriptorLimit()
    var findings: [Finding] = []
    if files.isEmpty {
      findings = CalibrationVMCheck().run() + liveFindings()
    }
    var memory = ""
    for path in files {
      if path == XenInput.root.path {
        findings += try domainFindings()
        continue
      }
      var noMount: String?
      do throws(SystemError) {
        switch try CheckedFile(path) {
        case .table:
          findings += TableFindings.all(of: path)
          if all { memory += TableFindings.memory(of: path) }
        case .xen: findings += try TableFindings.xen(path)
        case .rrdd: findings += try RRDFileCheck(path).run()
        case .mount(let mount, let directory):
          findings += MountFindings.all(of: mount, directory, named: path)
        case .silent:
          findings += MountCheck.findings(ofUnresponsive: path, duringStep: "stat \(path)")
        case .directory: noMount = path
        case .statistics:
          findings += StatsFileCheck(try Descriptor.open(path), object: path).run()
        }
      } catch {
        throw CommandError(
          status: error.isPermission ? .notPermitted : .nothingThere, text: "\(error)")
      }
      if let noMount {
        throw CommandError(
          status: .nothingThere,
          text: "\(noMount) is no mounted statistics filesystem; mount one with 'vitals mount', "
            + "or name a file")
      }
    }
    let report = FindingReport(findings: findings)
    switch format {
    case .text: try Console.write(report.text(all: all) + memory)
    case .json: try Console.write(report.json())
    case .junit: try Console.write(report.junit())
    }
    if report.failedCount > 0 { throw ExitCode(1) }
  }

  private func domainFindings() throws -> [Finding] {
    if xenLibrary == nil, let absence = ControlDomain.absence(SystemRoots()) {
      throw CommandError(status: .nothingThere, text: absence)
    }
    do throws(XenControlError) {
      return try XenCheck(library: xenLibrary).run()
    } catch {
      let isPermission = Status.denied(code: error.code).isRefusal
      throw CommandError(status: isPermission ? .notPermitted : .nothingThere, text: "\(error)")
    }
  }

  private func liveFindings() -> [Finding] {
    var findings: [Finding] = []
    LiveDescriptors().forEach { found in
      findings += found.check()
    } failed: { name, error in
      findings.append(
        Finding(
          check: StatsFileRule.header.id, rule: StatsFileRule.header.text, object: name,
          outcome: .skip("\(error)")))
    }
    return findings
  }
}
