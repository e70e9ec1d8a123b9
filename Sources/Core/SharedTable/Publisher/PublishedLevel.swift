import Statistics
public import Synchronization

/// Sets and changes a level, which is one word of a relaxed record.
///
/// Each word of a relaxed record is consistent by itself. A level can rise and fall, or is a state.
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

  /// Sets the level.
  @inlinable
  @inline(__always)
  public func set(_ value: UInt64) {
    unsafe word.pointee.store(value, ordering: .relaxed)
  }

  /// Sets the level of a signed statistic.
  @inlinable
  @inline(__always)
  public func set(signed value: Int64) {
    set(UInt64(bitPattern: value))
  }

  /// Raises a peak to at least `value`.
  ///
  /// Any number of threads can call this at the same time.
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

  /// Adds `difference` to the level; an inactive level counts as 0.
  ///
  /// Any number of threads can call this at the same time. The level stops at its minimum and
  /// maximum, because the next value would be the inactive marker or would wrap around.
  ///
  /// - Returns: `false` if the level stopped, so that only a part of `difference` was added.
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

  /// Returns the adjusted word, and whether the whole difference was applied.
  private func adjusted(_ word: UInt64, by difference: Int64) -> (word: UInt64, isWhole: Bool) {
    guard inactiveWord == Inactive.unsigned else {
      let (sum, isOver) = Int64(bitPattern: word).addingReportingOverflow(difference)
      if isOver { return (UInt64(bitPattern: difference < 0 ? .min + 1 : .max), false) }
      return sum == .min ? (UInt64(bitPattern: .min + 1), false) : (UInt64(bitPattern: sum), true)
    }
    let size = difference.magnitude
    if difference < 0 { return size > word ? (0, false) : (word - size, true) }
    let maximum = Inactive.unsigned - 1
    return size > maximum - min(word, maximum) ? (maximum, false) : (word + size, true)
  }

  /// Makes the level inactive, so that readers see that the level has no value.
  public func clear() {
    set(inactiveWord)
  }
}
