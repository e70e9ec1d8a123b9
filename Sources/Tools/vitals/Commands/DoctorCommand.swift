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

/// `vitals doctor`: what slows VMs down, with evidence.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Diagnose slow virtual machines: evidence, competing processes, suggested remedy.",
    discussion: """
      Samples all sources for some seconds and evaluates rules: a vCPU that waits for a CPU, and the \
      processes that ran there; a VM that its own quota throttles; polling, exits, emulation and TLB \
      flushes that cost the host; values that cannot be read. Each finding shows the values, the \
      window, the rule and a remedy. A rule without the values it needs is reported under "Cannot \
      tell".

      The rules are data: --show-rules prints them; --rules adds a file, whose rules replace built-in \
      rules of the same name. A VM can be given by its path or by its name alone.

      Exit status: 0 nothing found, 1 something found, 3 every finding is a lack of permission.

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
    help: ArgumentHelp("The time between the two samples, such as 2s or 1m.", valueName: "time"),
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
    for (_, more) in added { book.add(more) }

    let observer = try Observer(everything, fallback: Self.all)
    observer.sampler.pass()
    let use = observe(observer)
    _ = observer.refresh()
    observer.sampler.pass()

    let subjects = SubjectList(observer.sampler, matching: asked)
    for (file, more) in added { warn(of: more, file, subjects) }
    let real = subjects.all.filter { !$0.isSimulated }
    let simulatedCount = subjects.all.count - real.count
    if simulatedCount > 0 {
      Console.warn(
        "\(simulatedCount) simulated sources are ignored: their values say nothing about this host")
    }
    let examination = RuleReport(book, of: real)
    guard examination.examinedCount > 0 else { throw nothing }
    // CPUs of the host always exist; without a selection the user means guests.
    if observation.sources.isEmpty, examination.diagnoses.isEmpty, observer.hasNoVMs {
      throw nothing
    }
    try write(examination, book, observer, use)
  }

  // MARK: - Selection

  private static let all = Pattern(
    anyOf: [KnownInputs.defaultPattern, HostInput.root.pattern])

  /// The whole host: rules may refer to the parent of a source, and neighbours can be anywhere.
  private var everything: ObservationOptions {
    var options = observation
    if !observation.patterns.isEmpty {
      options.sources = observation.sources.filter { $0.pattern == nil }
    }
    return options
  }

  /// The selected sources, by path or by the name of a VM.
  private var asked: Pattern {
    guard !observation.patterns.isEmpty else { return .everything }
    let names = observation.sources.map(\.text).filter { !$0.contains("/") }
    let named = KnownInputs.guestRoots.flatMap { root in
      names.compactMap { try? Pattern(root.path(of: $0)) }
    }
    return Pattern(anyOf: observation.patterns + named)
  }

  private var nothing: CommandError {
    if let asked = observation.sources.first {
      return CommandError(
        status: .nothingThere,
        text:
          "no rule applies to a source that matches '\(asked.text)' ('vitals list' shows all sources)")
    }
    return CommandError(
      status: .nothingThere,
      text: "no virtual machine runs on this host ('vitals demo --starve' starts some)")
  }

  /// Waits for the end of the window, and records meanwhile which threads run on which CPU.
  private func observe(_ observer: Observer) -> CPUUsage? {
    let begin = monotonicNanoseconds()
    let end = begin + duration.nanoseconds
    guard let first = try? ThreadSurvey(roots: observer.roots) else {
      observer.wait(until: end)
      return nil
    }
    // Limit the surveys to a tenth of the time.
    let cost = monotonicNanoseconds() - begin
    let step = max(duration.nanoseconds / 8, cost * 10)
    var use = CPUUsage(from: first)
    var next = begin + step
    while true {
      observer.wait(until: min(next, end))
      if let census = try? ThreadSurvey(roots: observer.roots) { use.add(census) }
      guard next < end else { return use }
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
        status: error.isPermission ? .notPermitted : .nothingThere, text: "\(error)")
    }
    do throws(SectionFileError) {
      return try RuleBook(parsing: text)
    } catch {
      throw CommandError(status: .usage, text: "\(file), \(error)")
    }
  }

  /// Says which names of added rules nothing here has: the rest of the rules may tell all the same.
  private func warn(of book: RuleBook, _ file: String, _ subjects: SubjectList) {
    for rule in book.rules {
      for formula in [rule.condition] + rule.evidence.map(\.formula) {
        do throws(FormulaError) {
          try formula.check(against: subjects.schemas)
        } catch {
          Console.warn("\(file), [\(rule.name)] in line \(rule.line): \(error)")
        }
      }
    }
  }

  // MARK: - What was found

  private func write(
    _ examination: RuleReport, _ book: RuleBook, _ observer: Observer, _ use: CPUUsage?
  ) throws {
    let vms = observer.tree.vmsByProcess
    let findings = DoctorFinding.all(of: examination.diagnoses) { diagnosis in
      guard diagnosis.rule.list == .neighbours, let use, let interval = diagnosis.interval else {
        return nil
      }
      return Neighbours(
        of: diagnosis.source, use, over: interval.nominal, vms: vms, roots: observer.roots
      )
    }
    let report = DoctorReport(
      findings: findings, gaps: examination.gaps, examinedCount: examination.examinedCount,
      ruleCount: book.rules.count, nanoseconds: duration.nanoseconds, width: Console.width ?? 100)
    if format == .json {
      try Console.write(report.json())
    } else {
      try Console.write(report.text)
    }
    guard !findings.isEmpty else { return }
    let isRefused = examination.diagnoses.allSatisfy {
      $0.rule.list == .diagnostics && $0.source.status.isRefusal
    }
    throw ExitCode((isRefused ? CommandError.Status.notPermitted : .foundWrong).rawValue)
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
