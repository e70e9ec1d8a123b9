import LinuxSystem
import Statistics
import StatsTesting
import StatsTree

/// A custom backing: accounts, each with a record of words.
final class Ledger: Backing {
  let schema: Schema
  /// By token; `nil` if the account was closed.
  private var accounts: [[UInt64]?] = []

  init(_ schema: Schema) {
    self.schema = schema
  }

  func open(_ words: [UInt64]) -> Int {
    accounts.append(words)
    return accounts.count - 1
  }

  func write(_ words: [UInt64], to token: Int) { accounts[token] = words }
  func close(_ token: Int) { accounts[token] = nil }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    // By index: unoptimized, an iterator allocates for each element.
    for index in placements.indices {
      let placement = placements[index]
      let begin = monotonicNanoseconds()
      guard accounts[placement.token] != nil else {
        snapshot.fail(placement, .gone)
        continue
      }
      snapshot.fill(placement) { record in
        for word in record.indices {
          record[word] = accounts[placement.token]?[word] ?? Inactive.unsigned
        }
      }
      snapshot.finish(placement, Window(begin: begin, end: monotonicNanoseconds()))
    }
  }

  func clear(_ token: Int, _ statistic: Statistic) -> Clearing {
    guard statistic.kind == .cumulative, accounts[token] != nil else { return .notPermitted }
    for word in statistic.words { accounts[token]?[word] = 0 }
    return .cleared
  }
}

/// Accounts with the fields that the suite requests.
struct LedgerSource: RecordSource {
  func makeRecords(_ fields: [ConformanceField]) -> (any ConformanceRecords)? {
    LedgerRecords(Ledger(Schema(packing: fields.map(\.statistic))))
  }
}

final class LedgerRecords: ConformanceRecords {
  private let ledger: Ledger

  init(_ ledger: Ledger) {
    self.ledger = ledger
  }

  var backing: any Backing { ledger }
  var schema: Schema { ledger.schema }
  var isClearable: Bool { true }

  func add(_ values: [UInt64]) -> Int { ledger.open(values) }
  func set(_ token: Int, _ values: [UInt64]) { ledger.write(values, to: token) }
  func end(_ token: Int) { ledger.close(token) }
}
