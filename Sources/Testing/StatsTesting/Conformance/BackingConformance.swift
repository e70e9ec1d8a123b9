import LinuxSystem
public import Statistics
public import StatsTree

/// Checks what a backing owes to those who sample it; needs no test library.
///
/// The backing's groups are put between guards of another backing, in several orders and
/// selections, and sampled. A backing
/// - writes its own records only, also after the plan changed;
/// - finishes or fails every record that it is asked for;
/// - gives windows that lie within the pass and are in the order of the records;
/// - reads a group the same way whichever others fail;
/// - lets counts only grow.
public struct BackingConformance {
  /// A group that the backing knows.
  public struct Member {
    public var token: Int
    public var schema: Schema
    /// Whether its record can be finished now.
    public var works: Bool
    /// Whether the backing may leave its record as it was, as of a CPU that is offline.
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
  ///   - backing: what is checked.
  ///   - members: some groups of it; at least one that works.
  ///   - expected: the words of a token's record, where they are known exactly.
  ///   - advance: lets time go on for what the backing reads, between two passes.
  public init(
    _ backing: any Backing, members: [Member],
    expected: @escaping (Int) -> [UInt64]? = { _ in nil },
    advance: @escaping () -> Void = {}
  ) {
    precondition(members.contains(where: \.works), "there is a group that works")
    self.backing = backing
    self.members = members
    self.expected = expected
    self.advance = advance
  }

  /// Runs all checks: what is wrong, each as a sentence; empty where all is well.
  public func run() -> [String] {
    let working = members.filter(\.works)
    let failing = members.filter { !$0.works }
    var violations: [String] = []
    violations += check("all", members)
    violations += check("in reverse", members.reversed())
    violations += check("without those that fail", working)
    violations += check("those that fail first", failing + working)
    for (number, member) in working.enumerated() where number < 3 {
      violations += check("token \(member.token) alone", [member])
    }
    let few = members.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    violations += check("every second", few)
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
      case (.stale, _) where member.mayBeStale || backing.mayWait: return nil
      case (.stale, _): return "token \(member.token) was neither finished nor failed"
      case (.up, false): return "token \(member.token) is up and cannot be"
      default: return "token \(member.token) is \(status.word) and should be up"
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
        violations.append("the window of token \(token) lies outside of the pass")
      }
      if window.begin < last {
        violations.append("the window of token \(token) begins before that of the one before")
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
          let right = words.map { $0[statistic.words.lowerBound + word] }
          guard let right, value ?? Inactive.unsigned != right else { continue }
          violations.append("\(statistic.name)[\(word)] of token \(token) is not \(right)")
        }
      }
    }
    return violations
  }
}
