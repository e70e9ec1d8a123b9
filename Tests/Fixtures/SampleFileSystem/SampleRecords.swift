import LinuxSystem
import Statistics
import StatsTree
import Synchronization

/// The values of a sample tree: functions of a record's token and of the number of changes.
final class SampleRecords: Backing, Sendable {
  private struct State: ~Copyable {
    var tokens: Set<Int> = []
    var moves: UInt64 = 0
  }

  let schema: Schema
  private let state = Mutex(State())

  init(statistics count: Int) {
    precondition(count >= 7, "a group of \(count) statistics")
    var statistics = [
      Statistic("wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 16),
      Statistic("size_hist", .linearHistogram, unit: .bytes, size: 8, bucketSize: 512),
      Statistic("phase", .state, states: ["idle", "busy", "stuck"]),
      Statistic("balance", .instant, isSigned: true),
      Statistic("is_up", .instant, unit: .boolean),
      Statistic("absent", .instant),
    ]
    for number in 0..<count - statistics.count {
      switch number % 10 {
      case 8: statistics.append(Statistic("level\(number)", .instant, unit: .bytes))
      case 9: statistics.append(Statistic("peak\(number)", .peak, unit: .bytes))
      default: statistics.append(Statistic("count\(number)", .cumulative))
      }
    }
    schema = Schema(packing: statistics)
  }

  func add(_ token: Int) { state.withLock { _ = $0.tokens.insert(token) } }

  func remove(_ token: Int) { state.withLock { _ = $0.tokens.remove(token) } }

  func bump() { state.withLock { $0.moves += 1 } }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    state.withLock { state in
      for placement in placements {
        guard state.tokens.contains(placement.token) else {
          snapshot.fail(placement, .gone)
          continue
        }
        let (token, moves) = (UInt64(placement.token), state.moves)
        snapshot.fill(placement) { words in
          for statistic in schema.statistics {
            for word in statistic.words {
              words[word] = Self.value(
                statistic, UInt64(word), token, moves, at: word - statistic.words.lowerBound)
            }
          }
        }
        snapshot.finish(placement, Window(begin: begin, end: monotonicNanoseconds()))
      }
    }
  }

  private static func value(
    _ statistic: Statistic, _ word: UInt64, _ token: UInt64, _ moves: UInt64, at bucket: Int
  ) -> UInt64 {
    switch statistic.name {
    case "phase": return moves % 3
    case "balance": return UInt64(bitPattern: Int64(token % 100) - 50 - Int64(moves % 10))
    case "is_up": return moves % 2
    case "absent": return Inactive.unsigned
    default: break
    }
    switch statistic.kind {
    case .instant: return (token + word + moves * 7) % 1_000
    case .peak: return 1_000 + moves
    case .logHistogram, .linearHistogram: return bucket % 3 == 1 ? token + moves : 0
    default: return token * 1_000 + word + moves * (word + 1)
    }
  }
}
