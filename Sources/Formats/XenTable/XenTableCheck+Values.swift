import Statistics
import StatsChecks

extension XenTableCheck {
  /// Checks the values of one snapshot: rules X17 to X20 and X24.
  mutating func checkFields(_ change: XenTableChange) {
    let entries = change.slots.compactMap { index in
      change.second.fields(index).map { (index, $0) }
    }
    list.check(
      .topBits,
      entries.flatMap { index, fields in
        (0..<XenEntryFields.count).compactMap { field in
          guard case .unusable(let raw) = fields[field] else { return nil }
          return "slot \(index): \(kind.schema.statistics[field].name) is \(raw)"
        }
      })
    guard change.header.mark != nil, change.header.layout.size > XenTableLayout.minimumSize else {
      let reason = "the table has only the running time"
      list.skip(.states, reason)
      list.skip(.stateEntryTimes, reason)
      list.skip(.sumsOfTimes, reason)
      list.skip(.extrapolation, reason)
      return
    }
    if kind == .domain {
      let reason = "a domain has no state"
      list.skip(.states, reason)
      list.skip(.stateEntryTimes, reason)
      list.skip(.sumsOfTimes, "they are sums over vCPUs")
      list.skip(.extrapolation, reason)
      return
    }
    checkVCPUs(entries.map { ($0, XenVCPUEntry($1)) })
  }

  private mutating func checkVCPUs(_ entries: [(Int, XenVCPUEntry)]) {
    list.check(
      .states,
      entries.compactMap { index, entry in
        entry.state.value.flatMap { $0 > 3 ? "slot \(index): state is \($0)" : nil }
      })
    list.check(
      .stateEntryTimes,
      entries.compactMap { index, entry in
        guard let begin = entry.stateEntryTime.value, let sample = entry.sampleTime.value,
          begin > sample
        else { return nil }
        return "slot \(index): \(begin) is after \(sample)"
      })
    list.check(
      .sumsOfTimes,
      entries.compactMap { index, entry in
        guard let start = entry.startTime.value, let end = entry.timesEnd,
          let sum = entry.times.sum
        else { return nil }
        guard end >= start else {
          return "slot \(index): the start \(start) is after the end \(end)"
        }
        let difference = sum > end - start ? sum - (end - start) : end - start - sum
        return difference > epsilon
          ? "slot \(index): the sum is \(sum), the elapsed time \(end - start)" : nil
      })
    list.check(
      .extrapolation,
      entries.compactMap { index, entry in
        entry.times.running.value != nil
          && (entry.state.value == nil || entry.timesEnd == nil)
          ? "slot \(index) has no state, or no time up to which its times count" : nil
      })
  }

  /// Checks the values of two snapshots: rules X21 to X23 and X26.
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
      // The times of a domain grow with the number of running vCPUs, because the times of all vCPUs
      // are added.
      let factor = kind == .vcpus ? 1 : max(first.seventh.value ?? 1, second.seventh.value ?? 1)
      for field in 0..<XenEntryFields.count {
        let name = "slot \(index): \(kind.schema.statistics[field].name)"
        if first[field].value != nil, second[field].value == nil { lost.append(name) }
        guard field < 4 || field == 5, let old = first[field].value, let new = second[field].value
        else { continue }
        if new < old {
          falls.append("\(name) decreased from \(old) to \(new)")
        } else if field < 4, let clock {
          let product = clock.multipliedReportingOverflow(by: factor)
          let limit = product.overflow ? .max : product.partialValue
          let grown = new - old
          if grown > limit, grown - limit > epsilon {
            fast.append("\(name) increased by \(grown) ns in \(clock) ns")
          }
        }
      }
    }
    list.check(.monotonicTimes, falls)
    if change.header.mark == nil || change.header.layout.size < 56 {
      list.skip(.growth, "the table has no sample time")
    } else {
      list.check(.growth, fast)
    }
    list.check(.activeValues, lost)
    list.skip(.secondSource, "there is no second source")
  }

  private func growth(_ first: XenField, _ second: XenField) -> UInt64? {
    guard let first = first.value, let second = second.value, second >= first else { return nil }
    return second - first
  }
}
