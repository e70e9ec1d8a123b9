import LinuxSystem
public import Statistics
public import StatsTree

/// A backing whose values a test sets, and which fails when a test requests this.
public final class InMemoryBacking: Backing {
  /// What the next samples of a group return.
  public enum Behaviour: Sendable {
    /// Values; their window is `window`, or the window of the backing if `window` is `nil`.
    case words([UInt64], window: Window? = nil)
    case fails(Status)
    /// Neither values nor an error, which simulates a process that hangs.
    case silent
  }

  /// The window of the next samples; `nil` means that the window is the time of the read.
  public var window: Window?
  public var mayWait: Bool
  private var behaviours: [Behaviour] = []

  public init(mayWait: Bool = false) {
    self.mayWait = mayWait
  }

  /// Adds a group and returns the token that identifies the group.
  public func add(_ behaviour: Behaviour) -> Int {
    behaviours.append(behaviour)
    return behaviours.count - 1
  }

  /// Sets what the next samples of a group return.
  public func set(_ token: Int, _ behaviour: Behaviour) {
    behaviours[token] = behaviour
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    let begin = monotonicNanoseconds()
    for placement in placements {
      switch behaviours[placement.token] {
      case .words(let words, let own):
        snapshot.fill(placement) { record in
          for index in record.indices { record[index] = words[index] }
        }
        snapshot.finish(
          placement, own ?? window ?? Window(begin: begin, end: monotonicNanoseconds()))
      case .fails(let status):
        snapshot.fail(placement, status)
      case .silent:
        break
      }
    }
  }
}
