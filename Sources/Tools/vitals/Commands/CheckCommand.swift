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

/// `vitals check`: checks statistics against the rules of their formats.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check live statistics and files against the rules of their formats.",
    discussion: """
      Without a file, checks a VM created for this purpose, and every statistics descriptor that a VMM \
      on this host keeps open. With files, checks those. A file is a shared table, the socket of a \
      publisher, a Xen statistics table, a file of an xcp-rrdd plugin, or a directory mounted by \
      'vitals mount'. Any other file is checked as KVM binary statistics. Nothing is written. \
      'vitals check xen' checks the domains of this host: it reads each value by two access methods \
      and compares the values.

      Each rule has an identifier. A rule passes, fails or is skipped; if it is skipped, the reason \
      is printed. --list-rules prints all rules. --all also prints the rules that passed, and the \
      number of bytes that each source and each group of a table occupies. \
      The exit status is 1 if a rule fails.

      Examples:
        vitals check
        vitals check --format junit > findings.xml
        vitals check saved.binary
        vitals check --all /dev/shm/vitals/app/shop.table
        vitals check /tmp/vitals
        vitals check xen
        vitals check --list-rules
      """)

  @Argument(
    help: ArgumentHelp(
      """
      Shared tables, sockets of publishers, files of xcp-rrdd plugins, files with KVM binary \
      statistics, mounted directories, or xen.
      """,
      valueName: "file"))
  var files: [String] = []

  @Option(name: .long, help: "text, json or junit.")
  var format: FindingFormat = .text

  @Flag(name: .long, help: "Show all checks, not only failed and skipped ones.")
  var all = false

  @Flag(name: .long, help: "Print the rules of all checkers instead of checking.")
  var listRules = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The libxenctrl to load, by name or path.", valueName: "library", visibility: .hidden))
  var xenLibrary: String?

  func validate() throws {
    if listRules, !files.isEmpty { throw ValidationError("--list-rules excludes files") }
    if listRules, format == .junit {
      throw ValidationError("--list-rules requires --format text or json")
    }
  }

  func run() throws {
    if listRules {
      switch format {
      case .json: try Console.write(RuleList.all.json())
      default: try Console.write(RuleList.all.text)
      }
      return
    }
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
      var unmountedDirectory: String?
      do throws(SystemError) {
        switch try CheckedFile(path) {
        case .table:
          findings += TableFindings.all(of: path)
          if all { memory += TableFindings.memory(of: path) }
        case .xen: findings += try TableFindings.xen(path)
        case .rrdd: findings += try RRDFileCheck(path).run()
        case .mount(let mount, let directory):
          findings += MountFindings.all(of: mount, directory, named: path)
        case .unresponsive:
          findings += MountCheck.findings(ofUnresponsive: path, duringStep: "stat \(path)")
        case .directory: unmountedDirectory = path
        case .statistics:
          findings += StatsFileCheck(try Descriptor.open(path), object: path).run()
        }
      } catch {
        throw CommandError(
          status: error.isPermissionDenied ? .notPermitted : .nothingThere, text: "\(error)")
      }
      if let unmountedDirectory {
        throw CommandError(
          status: .nothingThere,
          text: "'\(unmountedDirectory)' is not a directory of 'vitals mount'")
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
      let isDenied = Status.denied(code: error.code).isPermissionDenied
      throw CommandError(status: isDenied ? .notPermitted : .nothingThere, text: "\(error)")
    }
  }

  private func liveFindings() -> [Finding] {
    var findings: [Finding] = []
    LiveDescriptors().forEach { found in
      findings += found.check()
    } failed: { name, error in
      findings.append(
        Finding(StatsFileRule.header, object: name, outcome: .skip("\(error)")))
    }
    return findings
  }
}
