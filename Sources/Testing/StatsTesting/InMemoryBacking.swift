import LinuxSystem
public import Statistics
public import StatsTree

/// A backing whose numbers are set by hand, and that can be told to fail.
public final class InMemoryBacking: Backing {
  /// What a group's next samples are.
  public enum Behaviour: Sendable {
    case words([UInt64])
    case fails(Status)
    /// Neither numbers nor an answer, as a hung process.
    case silent
  }

  /// The window of the next samples; nil takes the time at which they are asked for.
  public var window: Window?
  public var mayWait: Bool
  private var behaviours: [Behaviour] = []

  public init(mayWait: Bool = false) {
    self.mayWait = mayWait
  }

  /// A group more: its token.
  public func add(_ behaviour: Behaviour) -> Int {
    behaviours.append(behaviour)
    return behaviours.count - 1
  }

  /// Decides what a group does from now on.
  public func set(_ token: Int, _ behaviour: Behaviour) {
    behaviours[token] = behaviour
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    for placement in placements {
      switch behaviours[placement.token] {
      case .words(let words):
        snapshot.fill(placement) { record in
          for index in record.indices { record[index] = words[index] }
        }
        snapshot.finish(placement, window ?? Window(begin: begin, end: monotonicNanoseconds()))
      case .fails(let status):
        snapshot.fail(placement, status)
      case .silent:
        break
      }
    }
  }
}
