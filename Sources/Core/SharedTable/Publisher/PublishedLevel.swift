import Statistics
public import Synchronization

/// A word of a relaxed record that goes up and down, or names a state.
@safe
public struct PublishedLevel: @unchecked Sendable {
  @usableFromInline
  let word: UnsafePointer<Atomic<UInt64>>
  private let inactiveWord: UInt64
  private let record: Record

  init(_ word: UnsafePointer<Atomic<UInt64>>, inactiveWord: UInt64, of record: Record) {
    unsafe self.word = word
    self.inactiveWord = inactiveWord
    self.record = record
  }

  /// The level is this.
  @inlinable
  @inline(__always)
  public func set(_ value: UInt64) {
    unsafe word.pointee.store(value, ordering: .relaxed)
  }

  /// The level of a signed statistic is this.
  @inlinable
  @inline(__always)
  public func set(signed value: Int64) {
    set(UInt64(bitPattern: value))
  }

  /// The level is at least this: a peak, by any number of writers.
  public func raise(to value: UInt64) {
    while true {
      let old = unsafe word.pointee.load(ordering: .relaxed)
      guard old == inactiveWord || old < value else { return }
      if unsafe word.pointee.weakCompareExchange(
        expected: old, desired: value, ordering: .relaxed
      ).exchanged {
        return
      }
    }
  }

  /// The level is so much higher or lower; one that was not known was 0.
  ///
  /// By any number of writers. It stops at the least and the greatest value: beyond them is the
  /// marker, or the other end.
  ///
  /// - Returns: false where it stopped.
  @discardableResult
  public func adjust(by difference: Int64) -> Bool {
    while true {
      let old = unsafe word.pointee.load(ordering: .relaxed)
      let (new, isWhole) = adjusted(old == inactiveWord ? 0 : old, by: difference)
      if unsafe word.pointee.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed
      ).exchanged {
        return isWhole
      }
    }
  }

  /// The word so much higher or lower, and whether it was not stopped.
  private func adjusted(_ word: UInt64, by difference: Int64) -> (word: UInt64, isWhole: Bool) {
    guard inactiveWord == Inactive.unsigned else {
      let (sum, isOver) = Int64(bitPattern: word).addingReportingOverflow(difference)
      if isOver { return (UInt64(bitPattern: difference < 0 ? .min + 1 : .max), false) }
      return sum == .min ? (UInt64(bitPattern: .min + 1), false) : (UInt64(bitPattern: sum), true)
    }
    let size = difference.magnitude
    if difference < 0 { return size > word ? (0, false) : (word - size, true) }
    let greatest = Inactive.unsigned - 1
    return size > greatest - min(word, greatest) ? (greatest, false) : (word + size, true)
  }

  /// The level is not known any more.
  public func clear() {
    set(inactiveWord)
  }
}
