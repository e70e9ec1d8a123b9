/// The processes that ran on the CPUs of a thread that waited for one, in the same window.
public struct Neighbours {
  /// A process that ran there.
  public struct Neighbour {
    /// The path of the VM, or the process's command.
    public let name: String
    public let process: Int32
    /// CPU time as a share of one CPU.
    public let share: Double

    public init(name: String, process: Int32, share: Double) {
      self.name = name
      self.process = process
      self.share = share
    }
  }

  /// The CPUs that the thread may use.
  public let cpus: Set<Int>
  /// The processes, largest share first; empty if none used a CPU for long.
  public let all: [Neighbour]

  public init(cpus: Set<Int>, all: [Neighbour]) {
    self.cpus = cpus
    self.all = all
  }

  /// The CPUs as text, such as `1` or `0-3,8`.
  var cpuText: String {
    var ranges: [ClosedRange<Int>] = []
    for number in cpus.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
