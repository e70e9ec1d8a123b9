public import Synchronization

// Accesses to words that another thread, another process or the hypervisor loads and stores
// concurrently. A Swift ordering must be a literal, hence one method for each.
extension Mapping {
  /// Loads a word atomically, with relaxed ordering.
  @inlinable
  public func loadRelaxed(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .relaxed)
  }

  /// Loads a word atomically, with relaxed ordering.
  @inlinable
  public func loadRelaxed(_: UInt64.Type, at offset: Int) -> UInt64 {
    unsafe cell(UInt64.self, at: offset).pointee.load(ordering: .relaxed)
  }

  /// Loads a word atomically, with acquire ordering: later accesses see all stores that precede the
  /// writer's releasing store.
  @inlinable
  public func loadAcquiring(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// Loads a word atomically, with acquire ordering: later accesses see all stores that precede the
  /// writer's releasing store.
  @inlinable
  public func loadAcquiring(_: UInt64.Type, at offset: Int) -> UInt64 {
    unsafe cell(UInt64.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// Stores a word atomically, with relaxed ordering.
  @inlinable
  public func storeRelaxed(_ value: UInt32, at offset: Int) {
    unsafe cell(UInt32.self, at: offset).pointee.store(value, ordering: .relaxed)
  }

  /// Stores a word atomically, with relaxed ordering.
  @inlinable
  public func storeRelaxed(_ value: UInt64, at offset: Int) {
    unsafe cell(UInt64.self, at: offset).pointee.store(value, ordering: .relaxed)
  }

  /// Stores a word atomically, after all earlier accesses (release ordering).
  @inlinable
  public func storeReleasing(_ value: UInt32, at offset: Int) {
    unsafe cell(UInt32.self, at: offset).pointee.store(value, ordering: .releasing)
  }

  /// Stores a word atomically, after all earlier accesses (release ordering).
  @inlinable
  public func storeReleasing(_ value: UInt64, at offset: Int) {
    unsafe cell(UInt64.self, at: offset).pointee.store(value, ordering: .releasing)
  }

  /// Replaces `expected` by `desired`, with acquire and release ordering.
  ///
  /// - Returns: `true` if the word was equal to `expected`.
  public func exchange(_ expected: UInt32, by desired: UInt32, at offset: Int) -> Bool {
    unsafe cell(UInt32.self, at: offset).pointee.compareExchange(
      expected: expected, desired: desired, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Stores a byte at each offset in `range`, in ascending order, each atomically.
  public func fill(_ range: Range<Int>, with byte: UInt8) {
    for offset in range {
      unsafe cell(UInt8.self, at: offset).pointee.store(byte, ordering: .relaxed)
    }
  }

  /// Returns a pointer to a word, valid until the mapping is destroyed.
  ///
  /// For handles whose owner keeps the mapping.
  @inlinable
  @unsafe
  public func word(at offset: Int) -> UnsafePointer<Atomic<UInt64>> {
    unsafe cell(UInt64.self, at: offset)
  }

  /// Returns a pointer to the first of `count` words, valid until the mapping is destroyed.
  @inlinable
  @unsafe
  public func words(at offset: Int, count: Int) -> UnsafePointer<Atomic<UInt64>> {
    check(offset, count * 8, alignment: 8)
    return unsafe UnsafePointer((base + offset).assumingMemoryBound(to: Atomic<UInt64>.self))
  }

  /// Returns a copy of whole words, each loaded atomically.
  public func copyBytes(at offset: Int, count: Int) -> [UInt8] {
    check(offset, count, alignment: 8)
    precondition(count.isMultiple(of: 8), "\(count) bytes are not whole words")
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      for start in stride(from: 0, to: count, by: 8) {
        let word = loadRelaxed(UInt64.self, at: offset + start)
        unsafe buffer.storeBytes(of: word, toByteOffset: start, as: UInt64.self)
      }
    }
    return bytes
  }

  /// Stores whole words, each atomically, with relaxed ordering.
  public func storeRelaxed(words bytes: ArraySlice<UInt8>, at offset: Int) {
    check(offset, bytes.count, alignment: 8)
    precondition(bytes.count.isMultiple(of: 8), "\(bytes.count) bytes are not whole words")
    unsafe bytes.withUnsafeBytes { buffer in
      for start in stride(from: 0, to: buffer.count, by: 8) {
        let word = unsafe buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        storeRelaxed(word, at: offset + start)
      }
    }
  }

  /// Atomically adds one to a word, with release ordering.
  public func incrementReleasing(at offset: Int) {
    unsafe cell(UInt64.self, at: offset).pointee.wrappingAdd(1, ordering: .releasing)
  }

  @inlinable
  @inline(__always)
  func cell<Value: AtomicRepresentable>(
    _: Value.Type, at offset: Int
  ) -> UnsafePointer<Atomic<Value>> {
    let size = MemoryLayout<Atomic<Value>>.size
    check(offset, size, alignment: size)
    return unsafe UnsafePointer((base + offset).assumingMemoryBound(to: Atomic<Value>.self))
  }
}

/// Orders all earlier accesses before all later stores (release fence).
///
/// A separate function, so that callers need not import `Synchronization`.
@inlinable
@inline(__always)
public func fenceReleasing() {
  atomicMemoryFence(ordering: .releasing)
}

/// Orders all earlier accesses before all later accesses, in a single order for all threads.
@inlinable
@inline(__always)
public func fenceSequentiallyConsistent() {
  atomicMemoryFence(ordering: .sequentiallyConsistent)
}

/// Orders all earlier loads before all later accesses (acquire fence).
@inlinable
@inline(__always)
public func fenceAcquiring() {
  atomicMemoryFence(ordering: .acquiring)
}
