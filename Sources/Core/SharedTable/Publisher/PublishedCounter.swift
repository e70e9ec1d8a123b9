public import Statistics
public import Synchronization

/// Increments a counter, which is one word of a relaxed record.
///
/// Each word of a relaxed record is consistent by itself. A counter never decreases. It stops at
/// its maximum, the greatest value below the inactive marker.
@safe
public struct PublishedCounter: @unchecked Sendable {
  @usableFromInline
  let word: UnsafePointer<Atomic<UInt64>>
  private let record: Record

  init(_ word: UnsafePointer<Atomic<UInt64>>, of record: Record) {
    unsafe self.word = word
    self.record = record
  }

  /// Adds 1, by a load and a store.
  ///
  /// - Precondition: No other thread writes the word during this call.
  @inlinable
  @inline(__always)
  public func bump() {
    let value = unsafe word.pointee.load(ordering: .relaxed)
    if value < Inactive.unsigned - 1 {
      unsafe word.pointee.store(value &+ 1, ordering: .relaxed)
    }
  }

  /// Adds `amount`.
  ///
  /// Any number of threads can call this at the same time.
  @inlinable
  @inline(__always)
  public func add(_ amount: UInt64) {
    let value = unsafe word.pointee.load(ordering: .relaxed)
    if value < 1 << 62, amount < 1 << 32 {
      unsafe word.pointee.wrappingAdd(amount, ordering: .relaxed)
    } else {
      addSaturating(amount)
    }
  }

  /// Adds an amount and stops at the maximum.
  @usableFromInline
  func addSaturating(_ amount: UInt64) {
    let maximum = Inactive.unsigned - 1
    while true {
      let value = unsafe word.pointee.load(ordering: .relaxed)
      guard value < maximum else { return }
      let sum = amount > maximum - value ? maximum : value + amount
      if unsafe word.pointee.weakCompareExchange(
        expected: value, desired: sum, ordering: .relaxed
      ).exchanged {
        return
      }
    }
  }

  /// The current value.
  public var value: UInt64 { unsafe word.pointee.load(ordering: .relaxed) }
}
