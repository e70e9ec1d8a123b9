import Glibc
import LinuxSystem
public import SharedTable
import Statistics
public import StatsTree

/// Reads the groups of one table from shared memory.
///
/// A read makes no system call for the table and never waits for the publisher.
public final class TableBacking: Backing {
  /// Describes an outage of the publisher: its heartbeat is overdue, or the publisher has ended.
  struct PublisherOutage: Hashable {
    /// The time of the last heartbeat, in nanoseconds of CLOCK_MONOTONIC.
    let since: UInt64
    /// Whether the publisher has ended.
    ///
    /// The values of an ended publisher cannot change any more.
    let isFinal: Bool
  }

  /// The part of a group that a sample needs.
  private struct Place {
    let slot: TableGroup.Slot
    /// The words to show while an on-demand group is disabled; empty for any other group.
    let inactive: [UInt64]
  }

  private let reader: Reader
  /// The groups by token (the id that `open` has returned); `nil` if the token is free.
  private var places: [Place?] = []
  private var freeTokens: [Int] = []
  /// The outcome of each group in the current pass (one call of `sample`).
  ///
  /// The outcomes are stored until the end of the pass, because its window is known only then.
  private var outcomes: [TableSample] = []
  /// The current outage; `nil` while the publisher runs.
  var outage: PublisherOutage?

  /// Creates a backing for groups of this reader.
  ///
  /// The caller must call `refresh()` of the reader, but only between two calls of `sample`.
  public init(_ reader: Reader) {
    self.reader = reader
  }

  /// Adds a group of the reader's table and returns its token.
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

  /// Closes a group.
  ///
  /// Later calls of `open` can return the same token.
  public func close(_ token: Int) {
    guard places.indices.contains(token), places[token] != nil else { return }
    places[token] = nil
    freeTokens.append(token)
  }

  /// Copies the words of the groups from the table.
  ///
  /// The window of a sample is the window that the publisher stored. If the publisher stored none,
  /// the window is the time span of this call, because each word was read within this span.
  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    if outcomes.count < placements.count {
      outcomes = Array(repeating: .removed, count: placements.count)
    }
    let view = reader.view
    let begin = monotonicNanoseconds()
    // Loop over indices, because in unoptimized builds an iterator allocates for each element.
    for index in placements.indices {
      let placement = placements[index]
      guard let place = places[placement.token] else {
        outcomes[index] = .removed
        continue
      }
      outcomes[index] = snapshot.fill(placement) { record in
        let outcome = view.sample(place.slot, into: &record)
        if outcome == .disabled {
          for word in place.inactive.indices { record[word] = place.inactive[word] }
        }
        return outcome
      }
    }
    let pass = Window(begin: begin, end: monotonicNanoseconds())
    for index in placements.indices {
      report(outcomes[index], of: placements[index], pass, &snapshot)
    }
  }

  private func report(
    _ outcome: TableSample, of placement: Placement, _ pass: Window, _ snapshot: inout Snapshot
  ) {
    switch outcome {
    case .up(let window):
      finish(placement, window, pass, outage, &snapshot)
    case .disabled:
      finish(placement, nil, pass, outage, &snapshot)
    case .notCurrent(let status):
      switch status.treeStatus(at: pass.end) {
      case .up:
        finish(placement, nil, pass, outage, &snapshot)
      case .stale(let since):
        finish(placement, nil, pass, PublisherOutage(since: since, isFinal: false), &snapshot)
      case let status:
        snapshot.fail(placement, status)
      }
    case .removed:
      snapshot.fail(placement, .gone)
    case .busy:
      // Do not finish or fail the record, so that the group keeps its previous words and becomes
      // stale.
      break
    case .broken:
      snapshot.fail(placement, .denied(code: EIO))
    }
  }

  private func finish(
    _ placement: Placement, _ window: Window?, _ pass: Window, _ outage: PublisherOutage?,
    _ snapshot: inout Snapshot
  ) {
    // Reject a window that ends after the pass.
    let given = window.flatMap { $0.end <= pass.end ? $0 : nil }
    guard let outage else {
      snapshot.finish(placement, given ?? pass)
      return
    }
    let last = outage.isFinal ? Window(begin: outage.since, end: outage.since) : pass
    snapshot.finish(placement, given ?? last, staleSince: outage.since)
  }
}

extension Schema {
  /// The words of a record in which no statistic has a value.
  fileprivate var inactiveWords: [UInt64] {
    var words = [UInt64](repeating: Inactive.unsigned, count: wordCount)
    for statistic in statistics where statistic.isSigned {
      for word in statistic.words { words[word] = Inactive.signed }
    }
    return words
  }
}
