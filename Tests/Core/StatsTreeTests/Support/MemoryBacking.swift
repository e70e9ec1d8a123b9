import Statistics
import StatsTree

/// A backing that yields what the test says.
final class MemoryBacking: Backing {
  /// What a group's next reading brings.
  enum Answer {
    case words([UInt64], Window)
    case fails(Status)
    /// Half of the words, then nothing: a torn reading.
    case torn([UInt64])
    /// The last words of what has ended.
    case ended([UInt64], Window)
    case nothing
  }

  let name: String
  let mayWait: Bool
  var answers: [Int: Answer] = [:]
  /// Where the names of the backings asked are noted.
  var log: Log?
  /// What the last pass asked for that asked at all.
  var asked: [Placement] = []

  final class Log {
    var names: [String] = []
  }

  init(_ name: String = "memory", mayWait: Bool = false, log: Log? = nil) {
    self.name = name
    self.mayWait = mayWait
    self.log = log
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    log?.names.append(name)
    asked = placements
    for placement in placements {
      switch answers[placement.token] ?? .nothing {
      case .words(let words, let window):
        snapshot.fill(placement) { record in
          for index in words.indices { record[index] = words[index] }
        }
        snapshot.finish(placement, window)
      case .ended(let words, let window):
        snapshot.fill(placement) { record in
          for index in words.indices { record[index] = words[index] }
        }
        snapshot.finish(placement, window, staleSince: window.end)
      case .fails(let status):
        snapshot.fail(placement, status)
      case .torn(let words):
        snapshot.fill(placement) { record in
          for index in words.indices { record[index] = words[index] }
        }
      case .nothing: break
      }
    }
  }
}

extension Tree {
  /// A source at `path` with one group.
  @discardableResult
  func group(_ path: String, _ schema: Schema, _ backing: MemoryBacking, token: Int = 0) -> Group {
    do {
      return try attach(
        "test", schema: schema, backing: backing, token: token, provenance: .simulated,
        to: source(path))
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
