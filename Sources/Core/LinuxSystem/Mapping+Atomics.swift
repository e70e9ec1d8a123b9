public import Synchronization

// Words that another thread, process or the hypervisor loads and stores at any time. A Swift
// ordering must be a literal, hence a method for each.
extension Mapping {
  /// An atomic load without an order to other accesses.
  @inlinable
  public func loadRelaxed(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .relaxed)
  }

  /// An atomic load without an order to other accesses.
  @inlinable
  public func loadRelaxed(_: UInt64.Type, at offset: Int) -> UInt64 {
    unsafe cell(UInt64.self, at: offset).pointee.load(ordering: .relaxed)
  }

  /// An atomic load; accesses behind it see what the writer did before its releasing store.
  @inlinable
  public func loadAcquiring(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// An atomic load; accesses behind it see what the writer did before its releasing store.
  @inlinable
  public func loadAcquiring(_: UInt64.Type, at offset: Int) -> UInt64 {
    unsafe cell(UInt64.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// An atomic store without an order to other accesses.
  @inlinable
  public func storeRelaxed(_ value: UInt32, at offset: Int) {
    unsafe cell(UInt32.self, at: offset).pointee.store(value, ordering: .relaxed)
  }

  /// An atomic store without an order to other accesses.
  @inlinable
  public func storeRelaxed(_ value: UInt64, at offset: Int) {
    unsafe cell(UInt64.self, at: offset).pointee.store(value, ordering: .relaxed)
  }

  /// An atomic store behind all accesses before it.
  @inlinable
  public func storeReleasing(_ value: UInt32, at offset: Int) {
    unsafe cell(UInt32.self, at: offset).pointee.store(value, ordering: .releasing)
  }

  /// An atomic store behind all accesses before it.
  @inlinable
  public func storeReleasing(_ value: UInt64, at offset: Int) {
    unsafe cell(UInt64.self, at: offset).pointee.store(value, ordering: .releasing)
  }

  /// Replaces `expected` by `desired`, with acquire and release order: whether it was there.
  public func exchange(_ expected: UInt32, by desired: UInt32, at offset: Int) -> Bool {
    unsafe cell(UInt32.self, at: offset).pointee.compareExchange(
      expected: expected, desired: desired, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Stores into the bytes of `range` one after the other, each atomically.
  public func fill(_ range: Range<Int>, with byte: UInt8) {
    for offset in range {
      unsafe cell(UInt8.self, at: offset).pointee.store(byte, ordering: .relaxed)
    }
  }

  /// A word for as long as the mapping lives: for handles whose owner keeps it.
  @inlinable
  @unsafe
  public func word(at offset: Int) -> UnsafePointer<Atomic<UInt64>> {
    unsafe cell(UInt64.self, at: offset)
  }

  /// Some words from an offset on for as long as the mapping lives: their start.
  @inlinable
  @unsafe
  public func words(at offset: Int, count: Int) -> UnsafePointer<Atomic<UInt64>> {
    check(offset, count * 8, alignment: 8)
    return unsafe UnsafePointer((base + offset).assumingMemoryBound(to: Atomic<UInt64>.self))
  }

  /// Copies words, each loaded atomically, into bytes of the caller's own.
  public func copyBytes(at offset: Int, count: Int) -> [UInt8] {
    check(offset, count, alignment: 8)
    precondition(count.isMultiple(of: 8), "\(count) bytes are no whole words")
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      for start in stride(from: 0, to: count, by: 8) {
        let word = loadRelaxed(UInt64.self, at: offset + start)
        unsafe buffer.storeBytes(of: word, toByteOffset: start, as: UInt64.self)
      }
    }
    return bytes
  }

  /// Stores whole words, each atomically.
  public func storeRelaxed(words bytes: ArraySlice<UInt8>, at offset: Int) {
    check(offset, bytes.count, alignment: 8)
    precondition(bytes.count.isMultiple(of: 8), "\(bytes.count) bytes are no whole words")
    unsafe bytes.withUnsafeBytes { buffer in
      for start in stride(from: 0, to: buffer.count, by: 8) {
        let word = unsafe buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        storeRelaxed(word, at: offset + start)
      }
    }
  }

  /// Adds one atomically, behind all accesses before it.
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

/// Orders all stores before it before all stores behind it.
///
/// A function of its own: no other code has to import `Synchronization` for it.
@inlinable
@inline(__always)
public func fenceReleasing() {
  atomicMemoryFence(ordering: .releasing)
}

/// Orders all accesses before it before all accesses behind it, in one order for all threads.
@inlinable
@inline(__always)
public func fenceSequentiallyConsistent() {
  atomicMemoryFence(ordering: .sequentiallyConsistent)
}

/// Orders all loads before it before all loads behind it.
@inlinable
@inline(__always)
public func fenceAcquiring() {
  atomicMemoryFence(ordering: .acquiring)
}
