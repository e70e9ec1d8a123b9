import CLinux
import Glibc
import Synchronization

/// Mapped pages of memory that are unmapped when the struct is destroyed (mmap(2)).
///
/// Most mappings are shared with the kernel or other processes.
///
/// An access outside the mapping or at an unaligned offset is a programming error and terminates
/// the process.
@safe
public struct Mapping: ~Copyable, @unchecked Sendable {
  /// The length of the mapping in bytes.
  public let byteCount: Int
  @usableFromInline
  let base: UnsafeMutableRawPointer
  private let protection: CInt
  /// The id of the guard against SIGBUS, or -1 if the mapping is not guarded.
  private let guardNumber: CInt

  /// Maps zeroed pages that forked children share (mmap(2) with MAP_ANONYMOUS).
  public init(anonymous byteCount: Int) throws(SystemError) {
    try self.init(
      number: -1, byteCount: byteCount, protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED | MAP_ANONYMOUS, object: "\(byteCount) bytes of memory")
  }

  /// Reserves an address range with private zeroed pages, which occupy memory only after a write.
  ///
  /// `replace(by:)` maps a file at these addresses. `release()` replaces the file by zeroed pages.
  public init(reserving byteCount: Int) throws(SystemError) {
    try self.init(
      number: -1, byteCount: byteCount, protection: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
      object: "\(byteCount) bytes of address space")
  }

  /// Maps the first `byteCount` bytes of an open file (mmap(2) with MAP_SHARED).
  ///
  /// If the file is truncated, an access beyond the end of the file raises SIGBUS. In a guarded
  /// mapping, such an access reads zeros instead, and `isBroken` becomes `true`. The first guarded
  /// mapping installs a SIGBUS handler in the process. The handler forwards unrelated signals to
  /// the previous handler.
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

  /// Whether an access to a guarded mapping was beyond the end of the file.
  public var isBroken: Bool { guardNumber >= 0 && clinux_guard_trips(guardNumber) > 0 }

  /// Replaces the pages by a file, at the same addresses (mmap(2) with MAP_FIXED).
  public func replace(by descriptor: borrowing Descriptor) throws(SystemError) {
    try replace(
      number: descriptor.rawValue, flags: MAP_SHARED, object: "descriptor \(descriptor.rawValue)")
  }

  /// Replaces all pages by private zeroed pages, at the same addresses.
  public func release() throws(SystemError) {
    try replace(
      number: -1, flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, object: "a mapping")
  }

  private func replace(number: CInt, flags: CInt, object: String) throws(SystemError) {
    let address = unsafe mmap(base, byteCount, protection, flags | MAP_FIXED, number, 0)
    guard unsafe address == base else { throw SystemError(call: "mmap MAP_FIXED", on: object) }
  }

  /// The start address, for system calls.
  public var address: UInt64 { unsafe UInt64(UInt(bitPattern: base)) }

  /// Loads a value with one access, which is not atomic.
  public func load<Value: BitwiseCopyable>(_: Value.Type, at offset: Int) -> Value {
    check(offset, MemoryLayout<Value>.size, alignment: MemoryLayout<Value>.alignment)
    return unsafe base.load(fromByteOffset: offset, as: Value.self)
  }

  /// Stores a value with one access, which is not atomic.
  public func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
    check(offset, MemoryLayout<Value>.size, alignment: MemoryLayout<Value>.alignment)
    unsafe base.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  /// Copies bytes into the mapping.
  public func store(bytes: [UInt8], at offset: Int) {
    check(offset, bytes.count, alignment: 1)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Copies whole 64-bit words out of the mapping.
  ///
  /// No other thread or process must write these words during the call.
  @inlinable
  public func copyWords(at offset: Int, into words: inout MutableSpan<UInt64>) {
    check(offset, words.count * 8, alignment: 8)
    unsafe words.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe start.copyMemory(from: base + offset, byteCount: buffer.count)
    }
  }

  /// Stores a byte that another thread or the kernel reads concurrently.
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
      "\(size) bytes at \(offset) are outside the mapping of \(byteCount)")
    precondition(offset.isMultiple(of: alignment), "\(offset) is not aligned to \(alignment)")
  }
}
