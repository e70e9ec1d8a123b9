// Checks a backing by both suites; exits with 1 if it violates a rule.
//
//   swift run --package-path Examples conformance-example

import Glibc
import Statistics
import StatsTesting
import StatsTree

@main struct Conformance {
  static func main() {
    let violations = checkAlone() + checkInTree()
    print("port: \(portValues())")
    for sentence in violations { print(sentence) }
    exit(violations.isEmpty ? 0 : 1)
  }

  /// Checks the contract of the backing in a pass.
  static func checkAlone() -> [String] {
    let ledger = Ledger(
      Schema(packing: [Statistic("bookings", .cumulative), Statistic("open", .instant)]))
    let tokens = (0..<4 as Range<UInt64>).map { ledger.open([100 + $0, $0]) }
    ledger.close(tokens[3])
    return BackingConformance(
      ledger,
      members: tokens.map { .init(token: $0, schema: ledger.schema, works: $0 != tokens[3]) },
      expected: { [100 + UInt64($0), UInt64($0)] }
    ).run()
  }

  /// Checks its values in a tree, rule by rule.
  static func checkInTree() -> [String] {
    let rules = TreeConformance(LedgerSource()).rules()
    for rule in rules { print(rule) }
    return rules.flatMap(\.violations)
  }

  /// Samples a port through a tree.
  ///
  /// - Returns: the values in schema order, or "gone" after the port was removed.
  static func portValues() -> String {
    let (tree, ports, port) = (Tree(), portRecords(), Port())
    let source = tree.source("port0")
    guard let group = try? ports.attach("port", port, to: source, in: tree) else { return "none" }
    port.receive()
    let sampler = Sampler(tree)
    sampler.pass()
    guard let entry = sampler.plan.entries.first else { return "none" }
    let values = ports.schema.statistics.map { "\(sampler.value($0, of: entry) ?? 0)" }
    ports.remove(group.token)
    sampler.pass()
    return "\(values.joined(separator: " ")), then \(sampler.status(of: entry).word)"
  }
}
