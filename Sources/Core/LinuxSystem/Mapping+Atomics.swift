public import Synchronization

// These methods access words (of 32 or 64 bits) that another thread, another process or the
// hypervisor accesses concurrently. Each ordering has a method of its own, because Swift requires
// the ordering as a literal.
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

  /// Loads a word atomically, with acquire ordering.
  ///
  /// If the load returns the value of a releasing store, all later accesses see the stores that
  /// precede that store.
  @inlinable
  public func loadAcquiring(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// Loads a word atomically, with acquire ordering.
  ///
  /// If the load returns the value of a releasing store, all later accesses see the stores that
  /// precede that store.
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

  /// Atomically replaces a word by `desired` if the word is equal to `expected`, with acquire and
  /// release ordering.
  ///
  /// - Returns: `true` if the word was equal to `expected`.
  public func exchange(_ expected: UInt32, by desired: UInt32, at offset: Int) -> Bool {
    unsafe cell(UInt32.self, at: offset).pointee.compareExchange(
      expected: expected, desired: desired, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Stores `byte` at each offset in `range`, in ascending order.
  ///
  /// Each store is atomic.
  public func fill(_ range: Range<Int>, with byte: UInt8) {
    for offset in range {
      unsafe cell(UInt8.self, at: offset).pointee.store(byte, ordering: .relaxed)
    }
  }

  /// Returns a pointer to a word.
  ///
  /// The pointer is valid until the mapping is destroyed.
  ///
  /// The caller must ensure that the mapping exists while the pointer is in use.
  @inlinable
  @unsafe
  public func word(at offset: Int) -> UnsafePointer<Atomic<UInt64>> {
    unsafe cell(UInt64.self, at: offset)
  }

  /// Returns a pointer to the first of `count` words.
  ///
  /// The pointer is valid until the mapping is destroyed.
  @inlinable
  @unsafe
  public func words(at offset: Int, count: Int) -> UnsafePointer<Atomic<UInt64>> {
    check(offset, count * 8, alignment: 8)
    return unsafe UnsafePointer((base + offset).assumingMemoryBound(to: Atomic<UInt64>.self))
  }

  /// Returns a copy of whole 64-bit words.
  ///
  /// Each word is loaded atomically.
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

  /// Stores whole 64-bit words.
  ///
  /// Each word is stored atomically, with relaxed ordering.
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
/// This function exists so that callers need not import `Synchronization`.
@inlinable
@inline(__always)
public func fenceReleasing() {
  atomicMemoryFence(ordering: .releasing)
}

/// Orders all earlier accesses before all later accesses (sequentially consistent fence).
///
/// All threads observe such fences in the same order.
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
