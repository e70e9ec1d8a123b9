import Synchronization

// Words that another thread, process or the hypervisor loads and stores at any time. A Swift
// ordering must be a literal, hence a method for each.
extension Mapping {
  /// An atomic load without an order to other accesses.
  public func loadRelaxed(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .relaxed)
  }

  /// An atomic load without an order to other accesses.
  public func loadRelaxed(_: UInt64.Type, at offset: Int) -> UInt64 {
    unsafe cell(UInt64.self, at: offset).pointee.load(ordering: .relaxed)
  }

  /// An atomic load; accesses behind it see what the writer did before its releasing store.
  public func loadAcquiring(_: UInt32.Type, at offset: Int) -> UInt32 {
    unsafe cell(UInt32.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// An atomic load; accesses behind it see what the writer did before its releasing store.
  public func loadAcquiring(_: UInt64.Type, at offset: Int) -> UInt64 {
    unsafe cell(UInt64.self, at: offset).pointee.load(ordering: .acquiring)
  }

  /// An atomic store without an order to other accesses.
  public func storeRelaxed(_ value: UInt32, at offset: Int) {
    unsafe cell(UInt32.self, at: offset).pointee.store(value, ordering: .relaxed)
  }

  /// An atomic store without an order to other accesses.
  public func storeRelaxed(_ value: UInt64, at offset: Int) {
    unsafe cell(UInt64.self, at: offset).pointee.store(value, ordering: .relaxed)
  }

  /// An atomic store behind all accesses before it.
  public func storeReleasing(_ value: UInt32, at offset: Int) {
    unsafe cell(UInt32.self, at: offset).pointee.store(value, ordering: .releasing)
  }

  /// An atomic store behind all accesses before it.
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

  private func cell<Value: AtomicRepresentable>(
    _: Value.Type, at offset: Int
  ) -> UnsafePointer<Atomic<Value>> {
    let size = MemoryLayout<Atomic<Value>>.size
    check(offset, size, alignment: size)
    return unsafe UnsafePointer((base + offset).assumingMemoryBound(to: Atomic<Value>.self))
  }
}
