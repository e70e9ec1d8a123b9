import Statistics
import StatsChecks

extension XenTableCheck {
  /// X17 to X20 and X24: what the numbers of one snapshot say together.
  mutating func checkFields(_ change: XenTableChange) {
    let entries = change.slots.compactMap { index in
      change.second.fields(index).map { (index, $0) }
    }
    list.check(
      "X17", "no time has its top bit set",
      entries.flatMap { index, fields in
        (0..<XenEntryFields.count).compactMap { field in
          guard case .unusable(let raw) = fields[field] else { return nil }
          return "slot \(index): \(kind.schema.statistics[field].name) is \(raw)"
        }
      })
    guard change.header.mark != nil, change.header.layout.size > XenTableLayout.smallestSize else {
      let reason = "the table has the running time only"
      list.skip("X18", "a state is 0 to 3", reason)
      list.skip("X19", "a state begins before the sample", reason)
      list.skip("X20", "the times are all of the time up to the sample", reason)
      list.skip("X24", "a vCPU that never stops running is seen to run", reason)
      return
    }
    if kind == .domain {
      let reason = "a domain has no state"
      list.skip("X18", "a state is 0 to 3", reason)
      list.skip("X19", "a state begins before the sample", reason)
      list.skip("X20", "the times are all of the time up to the sample", "they are sums of vCPUs")
      list.skip("X24", "a vCPU that never stops running is seen to run", reason)
      return
    }
    checkVCPUs(entries.map { ($0, XenVCPUEntry($1)) })
  }

  private mutating func checkVCPUs(_ entries: [(Int, XenVCPUEntry)]) {
    list.check(
      "X18", "a state is 0 to 3",
      entries.compactMap { index, entry in
        entry.state.value.flatMap { $0 > 3 ? "slot \(index): state is \($0)" : nil }
      })
    list.check(
      "X19", "a state begins before the sample",
      entries.compactMap { index, entry in
        guard let begin = entry.stateEntryTime.value, let sample = entry.sampleTime.value,
          begin > sample
        else { return nil }
        return "slot \(index): \(begin) is after \(sample)"
      })
    list.check(
      "X20", "the times are all of the time up to the sample",
      entries.compactMap { index, entry in
        guard let start = entry.startTime.value, let end = entry.timesRunTo,
          let sum = entry.times.sum
        else { return nil }
        guard end >= start else { return "slot \(index): it starts at \(start), after \(end)" }
        let difference = sum > end - start ? sum - (end - start) : end - start - sum
        return difference > epsilon
          ? "slot \(index): their sum is \(sum), the time \(end - start)" : nil
      })
    list.check(
      "X24", "a vCPU that never stops running is seen to run",
      entries.compactMap { index, entry in
        entry.times.running.value != nil
          && (entry.state.value == nil || entry.timesRunTo == nil)
          ? "slot \(index) has no state, or no time that its times run to" : nil
      })
  }

  /// X21 to X23 and X26: what the numbers of two snapshots say together.
  mutating func checkTimes(_ change: XenTableChange) {
    let pairs = change.slots.compactMap { index -> (Int, XenEntryFields, XenEntryFields)? in
      guard let first = change.first.fields(index), let second = change.second.fields(index),
        first.generation.value == second.generation.value
      else { return nil }
      return (index, first, second)
    }
    var falls: [String] = []
    var lost: [String] = []
    var fast: [String] = []
    for (index, first, second) in pairs {
      let clock = growth(first.sampleTime, second.sampleTime)
      // The running vCPUs of a domain may all grow at once.
      let factor = kind == .vcpus ? 1 : max(first.seventh.value ?? 1, second.seventh.value ?? 1)
      for field in 0..<XenEntryFields.count {
        let name = "slot \(index): \(kind.schema.statistics[field].name)"
        if first[field].value != nil, second[field].value == nil { lost.append(name) }
        guard field < 4 || field == 5, let one = first[field].value, let other = second[field].value
        else { continue }
        if other < one {
          falls.append("\(name) falls from \(one) to \(other)")
        } else if field < 4, let clock {
          let most = clock.multipliedReportingOverflow(by: factor)
          let limit = most.overflow ? .max : most.partialValue
          let grown = other - one
          if grown > limit, grown - limit > epsilon {
            fast.append("\(name) grew by \(grown) ns in \(clock) ns")
          }
        }
      }
    }
    list.check("X21", "times do not fall within a generation", falls)
    let rule = "no time grows faster than the clock"
    if change.header.mark == nil || change.header.layout.size < 56 {
      list.skip("X22", rule, "the table has no sample time")
    } else {
      list.check("X22", rule, fast)
    }
    list.check("X23", "a number does not go away within a generation", lost)
    list.skip("X26", "a second source says the same", "there is none here")
  }

  private func growth(_ first: XenField, _ second: XenField) -> UInt64? {
    guard let first = first.value, let second = second.value, second >= first else { return nil }
    return second - first
  }
}
