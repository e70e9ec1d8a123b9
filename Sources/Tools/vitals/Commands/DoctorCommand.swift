import ArgumentParser
import HostStats
import LinuxSystem
import ProcStats
import Statistics
import StatsFormats
import StatsInput
import StatsKnowledge
import StatsRules
import StatsText
import StatsTree

/// `vitals doctor`: diagnoses slow VMs.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Diagnose slow virtual machines: evidence, competing processes, suggested remedy.",
    discussion: """
      Samples all sources for some seconds and evaluates rules. The rules find vCPUs that wait for a \
      CPU, and the processes that ran on that CPU instead; VMs that are throttled by their own quota; \
      polling, exits, emulation and TLB flushes that take much CPU time of the host; and values that \
      cannot be read. Each finding shows the values, the window, the rule and a remedy. If the values \
      that a rule needs are missing, the rule is listed under "Cannot tell".

      The rules can be changed: --show-rules prints the built-in rules, and --rules adds the rules of \
      a file. A rule of the file replaces the built-in rule of the same name. A VM can be given by \
      its path or by its name alone.

      Exit status: 0 if no problem was found, 1 if a problem was found, 3 if the only findings are \
      that permissions are missing.

      Examples:
        vitals doctor
        vitals doctor web1 --for 10s
        vitals doctor --format json | jq '.findings[].source'
        vitals doctor --show-rules > my.rules
        vitals doctor --rules my.rules
      """)

  @OptionGroup var observation: ObservationOptions

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "The time between the two samples, such as 10s (default: 2s).", valueName: "time"),
    transform: TimeSpan.init)
  var duration = TimeSpan(seconds: 2)

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp("A file with additional rules (repeatable).", valueName: "file"))
  var rules: [String] = []

  @Flag(name: .long, help: "Print the built-in rules and exit.")
  var showRules = false

  @Option(name: .long, help: "text or json.")
  var format: DoctorFormat = .text

  func validate() throws {
    guard duration.nanoseconds >= 100_000_000 else {
      throw ValidationError("--for \(duration) is too short (minimum: 100ms)")
    }
    guard observation.match == nil else {
      throw ValidationError("--match is not supported: the rules define the statistics they need")
    }
  }

  func run() throws {
    if showRules {
      try Console.write(BuiltInText.rules)
      return
    }
    var book = RuleBook.builtIn
    let added = try rules.map { (file: $0, book: try Self.book($0)) }
    for (_, rules) in added { book.add(rules) }

    let observer = try Observer(everything, fallback: Self.defaultPattern)
    observer.sampler.pass()
    let usage = observe(observer)
    _ = observer.refresh()
    observer.sampler.pass()

    let subjects = SubjectList(observer.sampler, matching: selectedPattern)
    for (file, book) in added { warnAboutUnknownNames(in: book, file, subjects) }
    let hostSubjects = subjects.all.filter { !$0.isSimulated }
    let simulatedCount = subjects.all.count - hostSubjects.count
    if simulatedCount > 0 {
      Console.warn(
        "\(simulatedCount) simulated sources are ignored; their values do not describe this host")
    }
    let ruleReport = RuleReport(book, of: hostSubjects)
    guard ruleReport.examinedCount > 0 else { throw noSubjectError }
    // CPUs of the host always exist. A user who selects no sources means guests, so report that
    // none exist.
    if observation.sources.isEmpty, ruleReport.diagnoses.isEmpty, observer.hasNoVMs {
      throw noSubjectError
    }
    try write(ruleReport, book, observer, usage)
  }

  // MARK: - Selection

  private static let defaultPattern = Pattern(
    anyOf: [KnownInputs.defaultPattern, HostInput.root.pattern])

  /// The options for the whole host, because rules can refer to the parent of a source, and
  /// neighbours can be anywhere.
  private var everything: ObservationOptions {
    var options = observation
    if !observation.patterns.isEmpty {
      options.sources = observation.sources.filter { $0.pattern == nil }
    }
    return options
  }

  /// The pattern of the sources that the user selected, by path or by the name of a VM.
  private var selectedPattern: Pattern {
    guard !observation.patterns.isEmpty else { return .everything }
    let names = observation.sources.map(\.text).filter { !$0.contains("/") }
    let named = KnownInputs.guestRoots.flatMap { root in
      names.compactMap { try? Pattern(root.path(of: $0)) }
    }
    return Pattern(anyOf: observation.patterns + named)
  }

  private var noSubjectError: CommandError {
    if let selected = observation.sources.first {
      return CommandError(
        status: .nothingThere,
        text: "no rule applies to a source that matches '\(selected.text)' "
          + "('vitals list' shows all sources)")
    }
    return CommandError(
      status: .nothingThere,
      text: "no virtual machine runs on this host ('vitals demo --starve' starts some)")
  }

  /// Waits until `duration` has passed.
  ///
  /// Meanwhile, surveys which threads use which CPU.
  ///
  /// - Returns: `nil` if the threads of the host are not readable.
  private func observe(_ observer: Observer) -> CPUUsage? {
    let begin = monotonicNanoseconds()
    let end = begin + duration.nanoseconds
    guard let first = try? ThreadSurvey(roots: observer.roots) else {
      observer.wait(until: end)
      return nil
    }
    // Limit the surveys to a tenth of the duration.
    let cost = monotonicNanoseconds() - begin
    let step = max(duration.nanoseconds / 8, cost * 10)
    var usage = CPUUsage(from: first)
    var next = begin + step
    while true {
      observer.wait(until: min(next, end))
      if let survey = try? ThreadSurvey(roots: observer.roots) { usage.add(survey) }
      guard next < end else { return usage }
      next += step
    }
  }

  // MARK: - Rules

  private static func book(_ file: String) throws -> RuleBook {
    let text: String
    do throws(SystemError) {
      text = try readText(file)
    } catch {
      throw CommandError(
        status: error.isPermissionDenied ? .notPermitted : .nothingThere, text: "\(error)")
    }
    do throws(SectionFileError) {
      return try RuleBook(parsing: text)
    } catch {
      throw CommandError(status: .usage, text: "\(file), \(error)")
    }
  }

  /// Warns about statistics in added rules that no source has.
  ///
  /// The other parts of these rules still apply.
  private func warnAboutUnknownNames(in book: RuleBook, _ file: String, _ subjects: SubjectList) {
    for rule in book.rules {
      for formula in [rule.condition] + rule.evidence.map(\.formula) {
        do throws(FormulaError) {
          try formula.check(against: subjects.schemas)
        } catch {
          Console.warn("\(file), line \(rule.line), [\(rule.name)]: \(error)")
        }
      }
    }
  }

  // MARK: - Output

  private func write(
    _ ruleReport: RuleReport, _ book: RuleBook, _ observer: Observer, _ usage: CPUUsage?
  ) throws {
    let vms = observer.tree.vmsByProcess
    let findings = DoctorFinding.all(of: ruleReport.diagnoses) { diagnosis in
      guard diagnosis.rule.list == .neighbours, let usage, let interval = diagnosis.interval else {
        return nil
      }
      return Neighbours(
        of: diagnosis.source, usage, over: interval.nominal, vms: vms, roots: observer.roots
      )
    }
    let report = DoctorReport(
      findings: findings, gaps: ruleReport.gaps, examinedCount: ruleReport.examinedCount,
      ruleCount: book.rules.count, nanoseconds: duration.nanoseconds, width: Console.width ?? 100)
    if format == .json {
      try Console.write(report.json())
    } else {
      try Console.write(report.text)
    }
    guard !findings.isEmpty else { return }
    let isDenied = ruleReport.diagnoses.allSatisfy {
      $0.rule.list == .diagnostics && $0.source.status.isPermissionDenied
    }
    throw ExitCode((isDenied ? CommandError.Status.notPermitted : .foundWrong).rawValue)
  }
}

extension Observer {
  /// Whether there is no guest and no publisher.
  fileprivate var hasNoVMs: Bool {
    KnownInputs.roots.filter(\.isDefault).allSatisfy {
      tree.root.child($0.path)?.children.isEmpty ?? true
    }
  }
}

/// The output format of `vitals doctor`.
enum DoctorFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
