import Statistics
public import Synchronization

/// A word of a relaxed record that goes up and down, or names a state.
@safe
public struct Level: @unchecked Sendable {
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
  /// By any number of writers.
  public func adjust(by difference: Int64) {
    while true {
      let old = unsafe word.pointee.load(ordering: .relaxed)
      let base = old == inactiveWord ? 0 : old
      let new = base &+ UInt64(bitPattern: difference)
      if unsafe word.pointee.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed
      ).exchanged {
        return
      }
    }
  }

  /// The level is not known any more.
  public func clear() {
    set(inactiveWord)
  }
}
