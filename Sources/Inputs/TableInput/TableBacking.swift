import Glibc
import LinuxSystem
public import SharedTable
import Statistics
public import StatsTree

/// The groups of one table, read from shared memory: no system call, and no waiting.
public final class TableBacking: Backing {
  /// That the publisher says nothing any more.
  struct Silence: Hashable {
    /// When the last sign of it came, in nanoseconds of CLOCK_MONOTONIC.
    let since: UInt64
    /// Whether it has ended, so that the numbers are its last.
    let isFinal: Bool
  }

  /// A group, as far as a sample needs it.
  private struct Place {
    let slot: TableGroup.Slot
    /// Its words while nobody asks for it; empty where it is always kept.
    let inactive: [UInt64]
  }

  private let reader: Reader
  /// The groups by token; nil where the token is free.
  private var places: [Place?] = []
  private var freeTokens: [Int] = []
  /// What came of each group of a pass, until the pass's window is known.
  private var outcomes: [TableSample] = []
  /// Nil while the publisher lives.
  var silence: Silence?

  /// Will read groups of this reader; the caller refreshes it between passes.
  public init(_ reader: Reader) {
    self.reader = reader
  }

  /// Takes a group of the reader's table: its token.
  public func open(_ group: TableGroup) -> Int {
    let place = Place(
      slot: group.slot, inactive: group.isOnDemand ? group.schema.inactiveWords : [])
    if let token = freeTokens.popLast() {
      places[token] = place
      return token
    }
    places.append(place)
    return places.count - 1
  }

  /// Lets go of a group; the token is another one's later.
  public func close(_ token: Int) {
    guard places.indices.contains(token), places[token] != nil else { return }
    places[token] = nil
    freeTokens.append(token)
  }

  /// Copies the groups' words out of the table.
  ///
  /// The window is the record's own where it has one, else that of the pass: the words were there
  /// at some time in it.
  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    if outcomes.count < placements.count {
      outcomes = Array(repeating: .removed, count: placements.count)
    }
    let view = reader.view
    let begin = monotonicNanoseconds()
    // By index: unoptimized, an iterator allocates for each element.
    for index in placements.indices {
      let placement = placements[index]
      guard let place = places[placement.token] else {
        outcomes[index] = .removed
        continue
      }
      outcomes[index] = snapshot.fill(placement) { record in
        let outcome = view.sample(place.slot, into: &record)
        if outcome == .asleep {
          for word in place.inactive.indices { record[word] = place.inactive[word] }
        }
        return outcome
      }
    }
    let pass = Window(begin: begin, end: monotonicNanoseconds())
    for index in placements.indices {
      settle(placements[index], outcomes[index], pass, &snapshot)
    }
  }

  private func settle(
    _ placement: Placement, _ outcome: TableSample, _ pass: Window, _ snapshot: inout Snapshot
  ) {
    switch outcome {
    case .up(let window):
      finish(placement, window, pass, silence, &snapshot)
    case .asleep:
      finish(placement, nil, pass, silence, &snapshot)
    case .old(.up):
      finish(placement, nil, pass, silence, &snapshot)
    case .old(.stale(let since)):
      let since = since == 0 || since > pass.end ? pass.end : since
      finish(placement, nil, pass, Silence(since: since, isFinal: false), &snapshot)
    case .old(.unknown):
      // The words are there; what the status of a later version says of them is not known.
      finish(placement, nil, pass, Silence(since: pass.end, isFinal: false), &snapshot)
    case .old(.denied(let code)):
      snapshot.fail(placement, .denied(code: code))
    case .old(.gone), .removed:
      snapshot.fail(placement, .gone)
    case .busy:
      // It stays stale, with the words of the last time.
      break
    case .broken:
      snapshot.fail(placement, .denied(code: EIO))
    }
  }

  private func finish(
    _ placement: Placement, _ window: Window?, _ pass: Window, _ silence: Silence?,
    _ snapshot: inout Snapshot
  ) {
    // A window that is yet to come was made up.
    let given = window.flatMap { $0.end <= pass.end ? $0 : nil }
    guard let silence else {
      snapshot.finish(placement, given ?? pass)
      return
    }
    let last = silence.isFinal ? Window(begin: silence.since, end: silence.since) : pass
    snapshot.finish(placement, given ?? last, staleSince: silence.since)
  }
}

extension Schema {
  /// A record without any value.
  fileprivate var inactiveWords: [UInt64] {
    var words = [UInt64](repeating: Inactive.unsigned, count: wordCount)
    for statistic in statistics where statistic.isSigned {
      for word in statistic.words { words[word] = Inactive.signed }
    }
    return words
  }
}
