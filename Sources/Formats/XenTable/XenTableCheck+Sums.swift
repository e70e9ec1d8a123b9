import Statistics
public import StatsChecks

extension XenTableCheck {
  /// Checks that the sums of a domain's table equal those of its vCPUs at the same time: rule X25.
  ///
  /// - Parameters:
  ///   - vcpus: The table of the vCPUs.
  ///   - domain: The table of the domain.
  ///   - object: The name of the tables in findings.
  ///   - hasLostVCPUs: Whether vCPUs were removed, whose times only the domain's table contains.
  ///   - epsilon: The permitted difference, in nanoseconds.
  ///   - attempts: The number of attempts to read both tables without an update in between.
  /// - Returns: One finding.
  public static func checkSums(
    vcpus: borrowing XenTableReader<XenVCPUEntry>,
    domain: borrowing XenTableReader<XenDomainEntry>, object: String,
    hasLostVCPUs: Bool = false, epsilon: UInt64 = 1_000, attempts: Int = 100
  ) -> [Finding] {
    var list = FindingList<XenTableRule>(object: object)
    var reason = "the domain's table cannot be read"
    for _ in 0..<max(attempts, 1) {
      let sequence = domain.sequence(of: 0)
      guard let sums = domain.read(0).entry, let sampleTime = sums.sampleTime.value else {
        reason = "the domain's table has no sums of a single time"
        continue
      }
      guard let own = Self.entries(of: vcpus, at: sampleTime) else {
        reason = "vCPUs were updated after the sums at each attempt"
        continue
      }
      guard domain.sequence(of: 0) == sequence else {
        reason = "the sums were updated meanwhile at each attempt"
        continue
      }
      let expected = XenDomainEntry(summing: own.span, at: sampleTime)
      list.check(
        .domainSums,
        XenRunState.allCases.compactMap { state in
          guard let sum = sums.times[state].value, let parts = expected.times[state].value else {
            return nil
          }
          let isTooSmall = parts > sum && parts - sum > epsilon
          let isTooLarge = !hasLostVCPUs && sum > parts && sum - parts > epsilon
          return isTooSmall || isTooLarge ? "\(state.name): \(sum), vCPUs \(parts)" : nil
        })
      return list.findings
    }
    list.skip(.domainSums, reason)
    return list.findings
  }

  /// Returns all vCPUs as they were at a time, or `nil` if one was updated since.
  private static func entries(
    of vcpus: borrowing XenTableReader<XenVCPUEntry>, at time: UInt64
  ) -> [XenVCPUEntry]? {
    var entries: [XenVCPUEntry] = []
    for index in 0..<vcpus.count {
      switch vcpus.read(index) {
      case .inactive: continue
      case .busy, .shrunk: return nil
      case .entry(let entry, _):
        guard let end = entry.timesEnd, end <= time else { return nil }
        entries.append(entry)
      }
    }
    return entries
  }
}
