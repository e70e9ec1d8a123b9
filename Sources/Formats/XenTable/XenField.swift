/// One field of an entry: a number, or why there is none.
public enum XenField: Hashable, Sendable {
  case value(UInt64)
  /// The table's entries are too short for the field, or it is not a field of the table's maker.
  case notProduced
  /// The field has no number now.
  case inactive
  /// A time whose top bit is set, as it was found: it has run over, or the bit is a flag.
  ///
  /// The rest of the bits is no number: XEN_RUNSTATE_UPDATE and "inactive" share the bit.
  case unusable(UInt64)

  /// The number, if there is one.
  public var value: UInt64? {
    if case .value(let value) = self { value } else { nil }
  }

  /// The field with its number grown by `amount`; at the largest time it stays.
  func advanced(by amount: UInt64) -> XenField {
    guard case .value(let value) = self else { return self }
    let (sum, overflow) = value.addingReportingOverflow(amount)
    return .value(overflow ? Self.largestTime : min(sum, Self.largestTime))
  }

  /// The largest number that is not mistaken for an inactive one: 292 years of nanoseconds.
  static let largestTime = UInt64(Int64.max)
}

/// What a vCPU does.
public enum XenRunState: UInt64, Hashable, Sendable, CaseIterable {
  case running = 0
  /// It could run, and waits for a CPU: its steal time grows.
  case runnable = 1
  case blocked = 2
  case offline = 3

  /// As in the schema: `running`, `runnable`, `blocked`, `offline`.
  public var name: String {
    switch self {
    case .running: "running"
    case .runnable: "runnable"
    case .blocked: "blocked"
    case .offline: "offline"
    }
  }
}

/// The time spent in each state, in nanoseconds.
public struct XenRunTimes: Hashable, Sendable {
  public var running: XenField
  public var runnable: XenField
  public var blocked: XenField
  public var offline: XenField

  public init(
    running: XenField, runnable: XenField = .inactive, blocked: XenField = .inactive,
    offline: XenField = .inactive
  ) {
    self.running = running
    self.runnable = runnable
    self.blocked = blocked
    self.offline = offline
  }

  public subscript(state: XenRunState) -> XenField {
    get {
      switch state {
      case .running: running
      case .runnable: runnable
      case .blocked: blocked
      case .offline: offline
      }
    }
    set {
      switch state {
      case .running: running = newValue
      case .runnable: runnable = newValue
      case .blocked: blocked = newValue
      case .offline: offline = newValue
      }
    }
  }

  /// The sum of all four, or nil where one is missing.
  public var sum: UInt64? {
    guard let running = running.value, let runnable = runnable.value,
      let blocked = blocked.value, let offline = offline.value
    else { return nil }
    // Each is below 2^63: sums that do not fit come from no clock.
    let (busy, tooBusy) = running.addingReportingOverflow(runnable)
    let (idle, tooIdle) = blocked.addingReportingOverflow(offline)
    let (sum, overflow) = busy.addingReportingOverflow(idle)
    return tooBusy || tooIdle || overflow ? nil : sum
  }
}
