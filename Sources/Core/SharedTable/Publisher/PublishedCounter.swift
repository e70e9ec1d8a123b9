public import Statistics
public import Synchronization

/// A word of a relaxed record that only grows, and stops at the greatest value that is no marker.
@safe
public struct PublishedCounter: @unchecked Sendable {
  @usableFromInline
  let word: UnsafePointer<Atomic<UInt64>>
  private let record: Record

  init(_ word: UnsafePointer<Atomic<UInt64>>, of record: Record) {
    unsafe self.word = word
    self.record = record
  }

  /// One more, by the only writer of the word: a load and a store.
  @inlinable
  @inline(__always)
  public func bump() {
    let value = unsafe word.pointee.load(ordering: .relaxed)
    if value < Inactive.unsigned - 1 {
      unsafe word.pointee.store(value &+ 1, ordering: .relaxed)
    }
  }

  /// So many more, by any number of writers.
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

  /// Adds where the sum may be beyond the greatest value.
  @usableFromInline
  func addSaturating(_ amount: UInt64) {
    let greatest = Inactive.unsigned - 1
    while true {
      let value = unsafe word.pointee.load(ordering: .relaxed)
      guard value < greatest else { return }
      let sum = amount > greatest - value ? greatest : value + amount
      if unsafe word.pointee.weakCompareExchange(
        expected: value, desired: sum, ordering: .relaxed
      ).exchanged {
        return
      }
    }
  }

  /// The value now.
  public var value: UInt64 { unsafe word.pointee.load(ordering: .relaxed) }
}
