/// The value of a field of an entry, or the reason why the field has no value.
public enum XenField: Hashable, Sendable {
  case value(UInt64)
  /// The entries of the table do not contain the field.
  case notProduced
  /// The field has no value now.
  case inactive
  /// The word of a time whose top bit is set.
  ///
  /// Either the time has overflowed, or the bit is the flag XEN_RUNSTATE_UPDATE. The other bits of
  /// the word cannot be used as a value in both cases.
  case unusable(UInt64)

  /// The value, if there is one.
  public var value: UInt64? {
    if case .value(let value) = self { value } else { nil }
  }

  /// Returns the field with `amount` added, limited to the maximum time.
  func advanced(by amount: UInt64) -> XenField {
    guard case .value(let value) = self else { return self }
    let (sum, overflow) = value.addingReportingOverflow(amount)
    return .value(overflow ? Self.maximumTime : min(sum, Self.maximumTime))
  }

  /// The maximum time, 292 years in nanoseconds.
  ///
  /// A greater time would have its top bit set.
  static let maximumTime = UInt64(Int64.max)
}

/// The run state of a vCPU.
public enum XenRunState: UInt64, Hashable, Sendable, CaseIterable {
  case running = 0
  /// The vCPU is ready to run and waits for a CPU. This time is part of the steal time.
  case runnable = 1
  case blocked = 2
  case offline = 3

  /// The name in the schema: `running`, `runnable`, `blocked`, `offline`.
  public var name: String {
    switch self {
    case .running: "running"
    case .runnable: "runnable"
    case .blocked: "blocked"
    case .offline: "offline"
    }
  }
}

/// The times that a vCPU spent in each state, in nanoseconds.
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

  /// The sum of all four times, or `nil` if one is missing.
  public var sum: UInt64? {
    guard let running = running.value, let runnable = runnable.value,
      let blocked = blocked.value, let offline = offline.value
    else { return nil }
    // Each time is below 2^63. If the sum overflows, the times are not from a clock.
    let (busy, tooBusy) = running.addingReportingOverflow(runnable)
    let (idle, tooIdle) = blocked.addingReportingOverflow(offline)
    let (sum, overflow) = busy.addingReportingOverflow(idle)
    return tooBusy || tooIdle || overflow ? nil : sum
  }
}
