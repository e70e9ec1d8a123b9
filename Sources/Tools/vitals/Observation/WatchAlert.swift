import LinuxSystem
import Statistics
import StatsFormats
import StatsInput
import StatsRules
import StatsText
import StatsTree

/// What `vitals watch --when` writes: the sources for which a condition holds, with its numbers.
struct WatchAlert {
  private let condition: Formula
  private let terms: [Formula]
  private let isJSON: Bool
  /// The sources that it is about, and the generation of the plan that they are of.
  private var subjects: (all: [Subject], generation: UInt64)
  /// What was said that cannot be told, so that it is said once.
  private var told: Set<String> = []
  /// Whether it held for a source in any interval.
  private(set) var hasHeld = false

  /// Checks a condition against what is there.
  ///
  /// - Throws: `CommandError` that points at the wrong part, or says that no source has all of the names.
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
        text: "no source that is watched has all of \(condition.names.joined(separator: ", "))")
    }
  }

  /// A condition without a statistic is about every source.
  private static func subjects(of condition: Formula, _ list: SubjectList) -> [Subject] {
    condition.names.isEmpty ? list.all : list.all.filter { $0.hasOwn(condition) }
  }

  /// The text of the last pass: empty where the condition holds for no source.
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
      Console.warn("cannot tell for \(paths[0])\(more): \(reason)".printable)
    }
    return Array(text.utf8)
  }

  private func line(of subject: Subject) -> String {
    guard !isJSON else {
      return String(
        decoding: WatchJSON.line(of: subject, condition, terms, at: .now), as: UTF8.self)
    }
    let numbers = terms.map { ($0, subject.measure($0)) }
    let words = numbers.map { term, result in
      let number = (try? result.get())?.text ?? "-"
      return "\(term.text) = \(number)"
    }
    let line =
      "\(localTimeText(realtimeNanoseconds()))  \(subject.path)  \(words.joined(separator: ", "))"
    return line.printable + "\n"
  }

  /// Why it cannot be told of a source, unless that was said before or the next interval will tell.
  private mutating func newReason(of path: String, _ missing: [MissingValue]) -> String? {
    let reasons = missing.filter { if case .early = $0 { false } else { true } }
    guard !reasons.isEmpty else { return nil }
    let reason = reasons.map(\.description).joined(separator: ", ")
    return told.insert("\(path) \(reason)").inserted ? reason : nil
  }
}
