public import Synchronization

/// Accesses the words of a record during an update, with bounds checks.
@safe
public struct RecordWords: ~Copyable, ~Escapable {
  @usableFromInline
  let start: UnsafePointer<Atomic<UInt64>>
  public let count: Int

  @inlinable
  @_lifetime(borrow start)
  init(_ start: UnsafePointer<Atomic<UInt64>>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  /// Accesses one word.
  ///
  /// The words are in the order of the schema.
  ///
  /// - Precondition: The index is less than `count`.
  @inlinable
  public subscript(index: Int) -> UInt64 {
    get {
      precondition(index >= 0 && index < count, "word \(index) of \(count)")
      return unsafe start[index].load(ordering: .relaxed)
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "word \(index) of \(count)")
      unsafe start[index].store(newValue, ordering: .relaxed)
    }
  }
}
