import LinuxSystem
import Statistics
import StatsChecks

extension FindingList<TableRule> {
  /// Checks the values: rules T15 to T22.
  mutating func checkValues(_ first: TableObservation, _ second: TableObservation) {
    let common = Self.common(first, second).filter { pair in
      [pair.old, pair.new].allSatisfy { group in
        if case .up = group.sample { true } else { false }
      }
    }
    var falls: [String] = []
    var peaks: [String] = []
    for (old, new) in common {
      for statistic in new.group.schema.statistics {
        for word in statistic.words {
          let (before, after) = (old.words[word], new.words[word])
          guard !Inactive.marks(before, of: statistic), !Inactive.marks(after, of: statistic),
            after < before
          else { continue }
          let text = "\(statistic.name) of \(new.group.name) decreased from \(before) to \(after)"
          switch statistic.kind {
          case .cumulative, .linearHistogram, .logHistogram: falls.append(text)
          case .peak where !statistic.isSigned: peaks.append(text)
          default: break
          }
        }
      }
    }
    check(.counters, falls)
    check(.peaks, peaks)
    checkRanges(second)
    checkTimes(second)
  }

  private mutating func checkRanges(_ observation: TableObservation) {
    var states: [String] = []
    var switches: [String] = []
    var histograms: [String] = []
    for group in observation.groups.values.sorted(by: { $0.group.id < $1.group.id }) {
      for statistic in group.group.schema.statistics {
        let name = "\(statistic.name) of \(group.group.name)"
        if statistic.kind.isHistogram, statistic.size == 0 {
          histograms.append("\(name) has no buckets")
        }
        if statistic.kind == .linearHistogram, statistic.bucketSize == 0 {
          histograms.append("the buckets of \(name) have no width")
        }
        guard case .up = group.sample else { continue }
        for word in statistic.words {
          let value = group.words[word]
          guard !Inactive.marks(value, of: statistic) else { continue }
          if statistic.kind == .state, value >= UInt64(statistic.states.count) {
            states.append("\(name) is \(value), but there are \(statistic.states.count) states")
          }
          if statistic.unit == .boolean, statistic.kind == .instant, value > 1 {
            switches.append("\(name) is \(value)")
          }
        }
      }
    }
    check(.stateNames, states)
    check(.booleans, switches)
    check(.histograms, histograms)
  }

  private mutating func checkTimes(_ observation: TableObservation) {
    var windows: [String] = []
    var starts: [String] = []
    for group in observation.groups.values.sorted(by: { $0.group.id < $1.group.id }) {
      if case .up(let window?) = group.sample, window.end > observation.time {
        windows.append(
          "the window of \(group.group.name) ends \(window.end - observation.time) ns in the future"
        )
      }
      if group.group.start > observation.time {
        starts.append(
          "\(group.group.name) starts \(group.group.start - observation.time) ns in the future")
      }
    }
    check(.windows, windows)
    check(.starts, starts)
    let names = observation.groups.values.filter {
      Set($0.group.schema.statistics.map(\.name)).count
        < $0.group.schema.statistics.count
    }.map { "group \($0.group.name)" }.sorted()
    check(.uniqueStatisticNames, names)
  }
}
