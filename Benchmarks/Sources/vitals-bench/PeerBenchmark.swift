import Glibc
import LinuxSystem

/// Reads of 1,000 values of another process with PCP and Varnish, by `Scripts/peers.sh`.
struct PeerBenchmark {
  /// The cost of 1,000 values with a peer.
  struct Cost {
    /// Nanoseconds for 1,000 values.
    let minimum: Double
    let median: Double
    /// The number of values per read; the times are scaled to 1,000.
    let values: Int
  }

  /// Long enough to download the packages.
  private static let timeoutNanoseconds: UInt64 = 600_000_000_000

  let script: String?
  /// pmFetch(3) of MMV values in a local context, with the fastest layout.
  private(set) var pcp: Cost?
  /// VSC_Iter without a check that the server runs.
  private(set) var varnish: Cost?

  init(script: String?) { self.script = script }

  mutating func run(_ report: inout Report) throws {
    guard let script else { throw MissingRequirementError("no --peers PATH") }
    var failures: [String] = []
    for line in try Self.output(of: script).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      switch words.count == 3 ? words[1] : "failed" {
      case "skipped": report.add(words[0], "skipped: \(words[2])")
      case "failed": failures.append(String(line))
      default:
        guard let cost = Cost(words.dropFirst().joined(separator: " ")) else {
          failures.append("unexpected line: \(line)")
          continue
        }
        add(cost, of: words[0], &report)
      }
    }
    guard failures.isEmpty else { throw PeerError(description: failures.joined(separator: "; ")) }
  }

  private mutating func add(_ cost: Cost, of name: String, _ report: inout Report) {
    let figures = "\(duration(cost.minimum)), median \(duration(cost.median)) for 1,000 values"
    switch name {
    case "pcp":
      pcp = cost
      report.add("PCP: pmFetch, fastest layout", figures)
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
    let end = monotonicNanoseconds() + timeoutNanoseconds
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let now = monotonicNanoseconds()
      guard now < end, output.waitForInput(milliseconds: Int((end - now) / 1_000_000)) else {
        // Signal its process group, and let the script remove its files before it is killed.
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
  /// Parses a line of the script: minimum, median, number of values.
  fileprivate init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 3, let minimum = Double(words[0]), let median = Double(words[1]),
      let values = Int(words[2]), minimum > 0, median >= minimum, values > 0
    else { return nil }
    self.init(minimum: minimum, median: median, values: values)
  }
}

/// A failure of a peer that is installed.
private struct PeerError: Error, CustomStringConvertible {
  let description: String
}
