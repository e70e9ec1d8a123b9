import CLinux
import Glibc
import Synchronization

/// Pages of memory shared with the kernel or other processes, unmapped when the value ends.
///
/// An access outside of the mapping, or at an unaligned offset, is a programming error and stops
/// the process.
@safe
public struct Mapping: ~Copyable, @unchecked Sendable {
  /// The mapping's length.
  public let byteCount: Int
  @usableFromInline
  let base: UnsafeMutableRawPointer
  private let protection: CInt
  /// The guard against SIGBUS, or -1.
  private let guardNumber: CInt

  /// Zeroed pages (mmap(2) MAP_ANONYMOUS), shared with children.
  public init(anonymous byteCount: Int) throws(SystemError) {
    try self.init(
      number: -1, byteCount: byteCount, protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED | MAP_ANONYMOUS, object: "\(byteCount) bytes of memory")
  }

  /// Zeroed pages of the process's own that take memory only where they are written.
  ///
  /// They hold an address range, which `replace(by:)` gives to a file and `release()` takes back.
  public init(reserving byteCount: Int) throws(SystemError) {
    try self.init(
      number: -1, byteCount: byteCount, protection: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
      object: "\(byteCount) bytes of address space")
  }

  /// The first `byteCount` bytes of an open file (mmap(2) MAP_SHARED).
  ///
  /// Where the file can get shorter, an access beyond its end raises SIGBUS; in a guarded mapping it
  /// reads zeros, and `isBroken` says so from then on. The first guard gives the process a handler of
  /// SIGBUS, which passes on the signals of others.
  public init(
    of descriptor: borrowing Descriptor, byteCount: Int, for access: Descriptor.Access = .read,
    isGuarded: Bool = false
  ) throws(SystemError) {
    let protection =
      switch access {
      case .read: PROT_READ
      case .readWrite, .create: PROT_READ | PROT_WRITE
      }
    try self.init(
      number: descriptor.rawValue, byteCount: byteCount, protection: protection,
      flags: MAP_SHARED, object: "descriptor \(descriptor.rawValue)", isGuarded: isGuarded)
  }

  private init(
    number: CInt, byteCount: Int, protection: CInt, flags: CInt, object: String,
    isGuarded: Bool = false
  ) throws(SystemError) {
    let address = unsafe mmap(nil, byteCount, protection, flags, number, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw SystemError(call: "mmap", on: object)
    }
    let guardNumber = isGuarded ? unsafe clinux_guard(address, byteCount) : -1
    guard guardNumber >= 0 || !isGuarded else {
      let code = errno
      unsafe munmap(address, byteCount)
      throw SystemError(call: "guard", object: object, code: code)
    }
    unsafe base = address
    self.byteCount = byteCount
    self.protection = protection
    self.guardNumber = guardNumber
  }

  deinit {
    if guardNumber >= 0 { clinux_unguard(guardNumber) }
    unsafe munmap(base, byteCount)
  }

  /// Whether an access went beyond the end of a guarded mapping's file.
  public var isBroken: Bool { guardNumber >= 0 && clinux_guard_trips(guardNumber) > 0 }

  /// Puts a file in the place of the pages, at the same addresses (mmap(2) MAP_FIXED).
  public func replace(by descriptor: borrowing Descriptor) throws(SystemError) {
    try replace(
      number: descriptor.rawValue, flags: MAP_SHARED, object: "descriptor \(descriptor.rawValue)")
  }

  /// Puts zeroed pages of the process's own in the place of all pages, at the same addresses.
  public func release() throws(SystemError) {
    try replace(
      number: -1, flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, object: "a mapping")
  }

  private func replace(number: CInt, flags: CInt, object: String) throws(SystemError) {
    let address = unsafe mmap(base, byteCount, protection, flags | MAP_FIXED, number, 0)
    guard unsafe address == base else { throw SystemError(call: "mmap MAP_FIXED", on: object) }
  }

  /// Where the mapping starts, for system calls that take an address.
  public var address: UInt64 { unsafe UInt64(UInt(bitPattern: base)) }

  /// One load of a plain value.
  public func load<Value: BitwiseCopyable>(_: Value.Type, at offset: Int) -> Value {
    check(offset, MemoryLayout<Value>.size, alignment: MemoryLayout<Value>.alignment)
    return unsafe base.load(fromByteOffset: offset, as: Value.self)
  }

  /// One store of a plain value.
  public func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
    check(offset, MemoryLayout<Value>.size, alignment: MemoryLayout<Value>.alignment)
    unsafe base.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  /// Copies bytes in.
  public func store(bytes: [UInt8], at offset: Int) {
    check(offset, bytes.count, alignment: 1)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Copies whole words out, which nobody writes meanwhile.
  @inlinable
  public func copyWords(at offset: Int, into words: inout MutableSpan<UInt64>) {
    check(offset, words.count * 8, alignment: 8)
    unsafe words.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe start.copyMemory(from: base + offset, byteCount: buffer.count)
    }
  }

  /// One store of a byte that another thread or the kernel reads at any time.
  public func publish(_ byte: UInt8, at offset: Int) {
    check(offset, 1, alignment: 1)
    let cell = unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt8>.self)
    unsafe cell.pointee.store(byte, ordering: .sequentiallyConsistent)
  }

  @inlinable
  @inline(__always)
  func check(_ offset: Int, _ size: Int, alignment: Int) {
    precondition(
      offset >= 0 && size <= byteCount && offset <= byteCount - size,
      "\(size) bytes at \(offset) are outside of the mapping of \(byteCount)")
    precondition(offset.isMultiple(of: alignment), "\(offset) is not aligned to \(alignment)")
  }
}
