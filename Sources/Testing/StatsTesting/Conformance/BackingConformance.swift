import LinuxSystem
public import Statistics
public import StatsTree

/// Checks that a backing meets the contract of `Backing`; needs no test library.
///
/// The checks sample a tree in which each group of the backing is between guards. A guard is a
/// group of another backing that shows whether its record was overwritten. The checks use several
/// orders and selections of the groups. A pass is one sampling of all groups. A backing must
/// - write only its own records, also after the plan changed;
/// - finish or fail every record that it is asked to read;
/// - report windows that are within the pass and in the order of the records;
/// - read a group in the same way, independent of which other groups fail;
/// - never decrease a count.
public struct BackingConformance {
  /// A group of the backing.
  public struct Member {
    public var token: Int
    public var schema: Schema
    /// Whether the backing can finish the record of the group now.
    public var works: Bool
    /// Whether the backing is allowed to leave the record unchanged, for example if a CPU is
    /// offline.
    public var mayBeStale: Bool

    public init(token: Int, schema: Schema, works: Bool = true, mayBeStale: Bool = false) {
      self.token = token
      self.schema = schema
      self.works = works
      self.mayBeStale = mayBeStale
    }
  }

  private let backing: any Backing
  private let members: [Member]
  private let expected: (Int) -> [UInt64]?
  private let advance: () -> Void

  /// - Parameters:
  ///   - backing: The backing to check.
  ///   - members: Some groups of the backing; at least one group must work.
  ///   - expected: Returns the words of the record of a token, if they are known exactly.
  ///   - advance: Advances the time of the backing's data; called after each pass.
  public init(
    _ backing: any Backing, members: [Member],
    expected: @escaping (Int) -> [UInt64]? = { _ in nil },
    advance: @escaping () -> Void = {}
  ) {
    precondition(members.contains(where: \.works), "at least one group must work")
    self.backing = backing
    self.members = members
    self.expected = expected
    self.advance = advance
  }

  /// Runs all checks.
  ///
  /// - Returns: The violations, each as a sentence; empty if there are none.
  public func run() -> [String] {
    let working = members.filter(\.works)
    let failing = members.filter { !$0.works }
    var violations: [String] = []
    violations += check("all", members)
    violations += check("in reverse order", members.reversed())
    violations += check("without failing groups", working)
    violations += check("failing groups first", failing + working)
    for (number, member) in working.enumerated() where number < 3 {
      violations += check("token \(member.token) alone", [member])
    }
    let few = members.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    violations += check("every second group", few)
    return violations
  }

  // MARK: - One selection

  private func check(_ selection: String, _ members: [Member]) -> [String] {
    let stage = ConformanceStage(backing, members.map { ($0.token, $0.schema) })
    var violations: [String] = []
    for pass in ["first pass", "second pass", "a pass after a change"] {
      if pass.hasPrefix("a ") { stage.shift() }
      let begin = monotonicNanoseconds()
      stage.sampler.pass()
      let end = monotonicNanoseconds()
      var found = stage.brokenGuards.map { "the record of another backing was written: \($0)" }
      found += checkStatuses(stage, members)
      found += checkWindows(stage, within: begin...end)
      found += checkValues(stage)
      violations += found.map { "\(selection), \(pass): \($0)" }
      advance()
    }
    return violations
  }

  private func checkStatuses(_ stage: ConformanceStage, _ members: [Member]) -> [String] {
    zip(stage.entries, members).compactMap { entry, member in
      let status = stage.sampler.status(of: entry)
      switch (status, member.works) {
      case (.up, true), (.denied, false), (.gone, false): return nil
      case (.stale, _), (.pending, _):
        return member.mayBeStale || backing.mayWait
          ? nil : "token \(member.token) was neither finished nor failed"
      case (.up, false): return "token \(member.token) is up but cannot be read"
      default: return "token \(member.token) is \(status.word) but should be up"
      }
    }
  }

  private func checkWindows(
    _ stage: ConformanceStage, within pass: ClosedRange<UInt64>
  ) -> [String] {
    var last: UInt64 = 0
    var violations: [String] = []
    for entry in stage.entries where stage.sampler.status(of: entry) == .up {
      let window = stage.sampler.window(of: entry)
      let token = entry.group.token
      if !backing.mayWait, window.begin < pass.lowerBound || window.end > pass.upperBound {
        violations.append("the window of token \(token) is outside of the pass")
      }
      if window.begin < last {
        violations.append("the window of token \(token) begins before the previous window")
      }
      last = window.begin
    }
    return violations
  }

  private func checkValues(_ stage: ConformanceStage) -> [String] {
    let sampler = stage.sampler
    var violations: [String] = []
    for entry in stage.entries where sampler.status(of: entry) == .up {
      let token = entry.group.token
      let words = expected(token)
      for statistic in entry.group.schema.statistics {
        if case .reset = sampler.delta(statistic, of: entry) {
          violations.append("\(statistic.name) of token \(token) fell")
        }
        for word in 0..<statistic.size {
          let value = sampler.value(statistic, of: entry, word: word)
          let expectedWord = words.map { $0[statistic.words.lowerBound + word] }
          guard let expectedWord, value ?? Inactive.unsigned != expectedWord else { continue }
          violations.append("\(statistic.name)[\(word)] of token \(token) is not \(expectedWord)")
        }
      }
    }
    return violations
  }
}
