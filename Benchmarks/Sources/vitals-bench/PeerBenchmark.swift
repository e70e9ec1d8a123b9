import Glibc
import LinuxSystem

/// Snapshots of 1,000 values of another process with PCP and with Varnish, by `Scripts/peers.sh`.
struct PeerBenchmark {
  /// What a peer takes for 1,000 values.
  struct Cost {
    /// In nanoseconds.
    let minimum: Double
    let median: Double
    /// How many values were read at once; the times are scaled to 1,000.
    let values: Int
  }

  /// The packages may have to be downloaded.
  private static let patience: UInt64 = 600_000_000_000

  let script: String?
  /// pmFetch(3) of MMV values in a local context, in the layout that suits it best.
  private(set) var pcp: Cost?
  /// VSC_Iter without a look at whether the server lives.
  private(set) var varnish: Cost?

  init(script: String?) { self.script = script }

  mutating func run(_ report: inout Report) throws {
    guard let script else { throw Missing("no --peers PATH") }
    var failures: [String] = []
    for line in try Self.output(of: script).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      switch words.count == 3 ? words[1] : "failed" {
      case "skipped": report.add(words[0], "skipped: \(words[2])")
      case "failed": failures.append(String(line))
      default:
        guard let cost = Cost(words.dropFirst().joined(separator: " ")) else {
          failures.append("not understood: \(line)")
          continue
        }
        add(cost, of: words[0], &report)
      }
    }
    guard failures.isEmpty else { throw PeerFailure(description: failures.joined(separator: "; ")) }
  }

  private mutating func add(_ cost: Cost, of name: String, _ report: inout Report) {
    let figures = "\(duration(cost.minimum)), median \(duration(cost.median)) for 1,000 values"
    switch name {
    case "pcp":
      pcp = cost
      report.add("PCP: pmFetch, the fastest of its layouts", figures)
    case "varnish":
      varnish = cost
      report.add("Varnish: VSC_Iter", "\(figures), of \(cost.values)")
    default: report.add(name, figures)
    }
  }

  private static func output(of script: String) throws -> String {
    let pipe = try Pipe()
    let child = try ChildProcess(executable: script, arguments: [], output: pipe.writer)
    let output = pipe.closeWriter()
    let end = monotonicNanoseconds() + patience
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let now = monotonicNanoseconds()
      guard now < end, output.waitForInput(milliseconds: Int((end - now) / 1_000_000)) else {
        // Its group: what it runs too. It has something to remove before it is killed.
        Glibc.kill(-child.pid, SIGTERM)
        for _ in 0..<100 where !child.hasExited { sleepNanoseconds(100_000_000) }
        throw SystemError(call: "wait for", object: script, code: ETIMEDOUT)
      }
      let count = try output.read(into: &buffer)
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
  }
}

extension PeerBenchmark.Cost {
  /// As the script prints it: minimum, median, number of values.
  fileprivate init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 3, let minimum = Double(words[0]), let median = Double(words[1]),
      let values = Int(words[2]), minimum > 0, median >= minimum, values > 0
    else { return nil }
    self.init(minimum: minimum, median: median, values: values)
  }
}

/// What a peer that is there could not do.
private struct PeerFailure: Error, CustomStringConvertible {
  let description: String
}
