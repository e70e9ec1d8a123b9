import LinuxSystem
public import Statistics
public import StatsTree

/// A backing whose values a test sets, and that fails on request.
public final class InMemoryBacking: Backing {
  /// The result of a group's next samples.
  public enum Behaviour: Sendable {
    /// Values, with a window of their own or that of the backing.
    case words([UInt64], window: Window? = nil)
    case fails(Status)
    /// Neither values nor an error, as from a hung process.
    case silent
  }

  /// The window of the next samples; `nil` means the time at which they are read.
  public var window: Window?
  public var mayWait: Bool
  private var behaviours: [Behaviour] = []

  public init(mayWait: Bool = false) {
    self.mayWait = mayWait
  }

  /// Adds a group and returns its token.
  public func add(_ behaviour: Behaviour) -> Int {
    behaviours.append(behaviour)
    return behaviours.count - 1
  }

  /// Sets the behaviour of a group.
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
