import ArgumentParser
import KVMStats
import LinuxSystem
import Statistics

/// `vitals check`: whether statistics keep their rules.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the rules of the KVM statistics format on live objects.",
    discussion: """
      Without a file, makes a virtual machine of its own, checks it, and then checks every \
      statistics descriptor that a VMM on this host keeps open. With files, checks those: each is \
      taken as KVM binary statistics. Each rule has a number (I1 to I22 are those of the kernel's \
      own test, V1 to V5 are ours) and passes, fails or is skipped with the reason.

      Exit status 1 if a rule fails.

      Examples:
        vitals check
        vitals check --format junit > findings.xml
        vitals check saved.binary
      """)

  @Argument(help: ArgumentHelp("Files with KVM binary statistics.", valueName: "file"))
  var files: [String] = []

  @Option(name: .long, help: "text, json or junit.")
  var format: FindingFormat = .text

  @Flag(name: .long, help: "Show each check, not only those that fail or are skipped.")
  var all = false

  func run() throws {
    raiseDescriptorLimit()
    var findings: [Finding] = []
    if files.isEmpty {
      findings = OwnMachineCheck().run() + liveFindings()
    }
    for path in files {
      do {
        findings += StatsFileCheck(try Descriptor.open(path), object: path).run()
      } catch {
        throw Failure(
          status: error.isPermission ? .notPermitted : .nothingThere, text: "\(error)")
      }
    }
    let report = FindingReport(findings: findings)
    switch format {
    case .text: try Console.write(report.text(all: all))
    case .json: try Console.write(report.json())
    case .junit: try Console.write(report.junit())
    }
    if report.failedCount > 0 { throw ExitCode(1) }
  }

  private func liveFindings() -> [Finding] {
    var findings: [Finding] = []
    LiveDescriptors().forEach { found in
      findings += found.check()
    } failed: { name, error in
      findings.append(
        Finding(
          check: "I2", rule: "the header reads completely", object: name,
          outcome: .skip("\(error)")))
    }
    return findings
  }
}
