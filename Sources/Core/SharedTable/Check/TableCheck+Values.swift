import LinuxSystem
import Statistics
import StatsChecks

extension FindingList {
  /// T15 to T22: whether the numbers can be.
  mutating func checkValues(_ first: TableObservation, _ second: TableObservation) {
    let common = FindingList.common(first, second).filter { pair in
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
          let text = "\(statistic.name) of \(new.group.name) fell from \(before) to \(after)"
          switch statistic.kind {
          case .cumulative, .linearHistogram, .logHistogram: falls.append(text)
          case .peak where !statistic.isSigned: peaks.append(text)
          default: break
          }
        }
      }
    }
    check("T15", "counters and buckets do not fall", falls)
    check("T16", "peaks do not fall", peaks)
    checkRanges(second)
    checkTimes(second)
  }

  private mutating func checkRanges(_ look: TableObservation) {
    var states: [String] = []
    var switches: [String] = []
    var histograms: [String] = []
    for group in look.groups.values.sorted(by: { $0.group.id < $1.group.id }) {
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
            states.append("\(name) is \(value) of \(statistic.states.count)")
          }
          if statistic.unit == .boolean, statistic.kind == .instant, value > 1 {
            switches.append("\(name) is \(value)")
          }
        }
      }
    }
    check("T17", "a state is one of those that have names", states)
    check("T18", "what is yes or no is 0 or 1", switches)
    check("T19", "a histogram has buckets of some width", histograms)
  }

  private mutating func checkTimes(_ look: TableObservation) {
    var windows: [String] = []
    var starts: [String] = []
    for group in look.groups.values.sorted(by: { $0.group.id < $1.group.id }) {
      if case .up(let window?) = group.sample, window.end > look.time {
        windows.append("that of \(group.group.name) ends \(window.end - look.time) ns from now")
      }
      if group.group.start > look.time {
        starts.append(
          "\(group.group.name) counts from \(group.group.start - look.time) ns from now on")
      }
    }
    check("T20", "no window ends in the future", windows)
    check("T21", "nothing counts from a time in the future", starts)
    let names = look.groups.values.filter {
      Set($0.group.schema.statistics.map(\.name)).count
        < $0.group.schema.statistics.count
    }.map { "group \($0.group.name)" }.sorted()
    check("T22", "a schema has a name once", names)
  }
}
