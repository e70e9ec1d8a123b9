import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsRules
import StatsText
import StatsTree

/// Lists the sources for which the condition of `vitals watch --when` holds, with the values in the
/// condition.
struct WatchAlert {
  private let condition: Formula
  private let terms: [Formula]
  private let isJSON: Bool
  /// The sources that have all statistics of the condition, and the generation of the plan from
  /// which these sources were selected.
  ///
  /// The plan is the list of sampled groups; each change gives the plan a new generation.
  private var subjects: (all: [Subject], generation: UInt64)
  /// The warnings that were already printed, so that each warning is printed once.
  private var warned: Set<String> = []
  /// Whether the condition held for a source in any interval.
  private(set) var hasHeld = false

  /// Checks a condition against the statistics of the selected sources.
  ///
  /// - Throws: `CommandError` if a part of the condition is wrong, or if no source has all
  ///   statistics of the condition.
  init(_ condition: Formula, _ sampler: Sampler, isJSON: Bool) throws {
    let list = SubjectList(sampler)
    do throws(FormulaError) {
      try condition.check(against: list.schemas)
    } catch {
      throw CommandError(status: .usage, text: "--when: \(error)")
    }
    self.condition = condition
    terms = condition.terms
    self.isJSON = isJSON
    subjects = (Self.subjects(of: condition, list), sampler.plan.generation)
    guard !subjects.all.isEmpty else {
      throw CommandError(
        status: .nothingThere,
        text: "no selected source has all of \(condition.names.joined(separator: ", "))")
    }
  }

  /// Returns the sources with all statistics of the condition.
  ///
  /// If the condition contains no statistic, returns all sources.
  private static func subjects(of condition: Formula, _ list: SubjectList) -> [Subject] {
    condition.names.isEmpty ? list.all : list.all.filter { $0.hasOwn(condition) }
  }

  /// Returns the text for the last pass (sampling of all groups); empty if the condition holds for
  /// no source.
  mutating func bytes(of sampler: Sampler) throws -> [UInt8] {
    if subjects.generation != sampler.plan.generation {
      subjects = (Self.subjects(of: condition, SubjectList(sampler)), sampler.plan.generation)
    }
    var text = ""
    var unknown: [(reason: String, paths: [String])] = []
    for subject in subjects.all {
      switch subject.answer(condition) {
      case .no: break
      case .yes:
        hasHeld = true
        text += line(of: subject)
      case .unknown(let missing):
        guard let reason = newReason(of: subject.path, missing) else { break }
        if let known = unknown.firstIndex(where: { $0.reason == reason }) {
          unknown[known].paths.append(subject.path)
        } else {
          unknown.append((reason, [subject.path]))
        }
      }
    }
    for (reason, paths) in unknown {
      let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
      Console.warn("cannot evaluate --when for \(paths[0])\(more): \(reason)".printable)
    }
    return Array(text.utf8)
  }

  private func line(of subject: Subject) -> String {
    guard !isJSON else {
      return String(
        decoding: WatchJSON.line(of: subject, condition, terms, at: .now), as: UTF8.self)
    }
    let values = terms.map { term in
      let value = (try? subject.measure(term).get())?.text ?? "-"
      return "\(term.text) = \(value)"
    }
    let line =
      "\(localTimeText(realtimeNanoseconds()))  \(subject.path)  \(values.joined(separator: ", "))"
    return line.printable + "\n"
  }

  /// Returns why the condition cannot be evaluated for a source.
  ///
  /// - Returns: `nil` if the reason was reported before, or if the missing values will be known
  ///   after the next interval.
  private mutating func newReason(of path: String, _ missing: [MissingValue]) -> String? {
    let reasons = missing.filter { if case .early = $0 { false } else { true } }
    guard !reasons.isEmpty else { return nil }
    let reason = reasons.map(\.description).joined(separator: ", ")
    return warned.insert("\(path) \(reason)").inserted ? reason : nil
  }
}
