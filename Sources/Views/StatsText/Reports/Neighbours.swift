/// The processes that ran on the CPUs of a thread in an interval in which the thread waited for a
/// CPU.
public struct Neighbours {
  /// A process that ran on one of these CPUs.
  public struct Neighbour {
    /// The path of the VM if the process runs a VM; otherwise the command of the process.
    public let name: String
    public let process: Int32
    /// The CPU time of the process, as a share of the time of one CPU.
    public let share: Double

    public init(name: String, process: Int32, share: Double) {
      self.name = name
      self.process = process
      self.share = share
    }
  }

  /// The CPUs on which the thread is allowed to run.
  public let cpus: Set<Int>
  /// The processes, the largest share first.
  ///
  /// The list is empty if no process used a CPU for long.
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
