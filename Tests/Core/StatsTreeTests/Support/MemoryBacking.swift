import Statistics
import StatsTree

/// A backing that returns the answers which a test sets.
final class MemoryBacking: Backing {
  /// The result of a group's next reading.
  enum Answer {
    case words([UInt64], Window)
    case fails(Status)
    /// Some words, but the record is neither finished nor failed: a torn reading.
    case torn([UInt64])
    /// The last words of an object that has ended.
    case ended([UInt64], Window)
    case nothing
  }

  let name: String
  let mayWait: Bool
  var answers: [Int: Answer] = [:]
  /// Receives the names of the backings in the order of their calls.
  var log: Log?
  /// The placements of the last call.
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
  /// Attaches a group to the source at `path`.
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
