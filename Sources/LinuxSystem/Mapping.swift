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
  let base: UnsafeMutableRawPointer

  /// Zeroed pages (mmap(2) MAP_ANONYMOUS), shared with children.
  public init(anonymous byteCount: Int) throws(SystemError) {
    try self.init(
      number: -1, byteCount: byteCount, protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED | MAP_ANONYMOUS, object: "\(byteCount) bytes of memory")
  }

  /// The first `byteCount` bytes of an open file (mmap(2) MAP_SHARED).
  ///
  /// Where the file can get shorter, an access beyond its end raises SIGBUS.
  public init(
    of descriptor: borrowing Descriptor, byteCount: Int, for access: Descriptor.Access = .read
  ) throws(SystemError) {
    let protection =
      switch access {
      case .read: PROT_READ
      case .readWrite, .create: PROT_READ | PROT_WRITE
      }
    try self.init(
      number: descriptor.rawValue, byteCount: byteCount, protection: protection,
      flags: MAP_SHARED, object: "descriptor \(descriptor.rawValue)")
  }

  private init(
    number: CInt, byteCount: Int, protection: CInt, flags: CInt, object: String
  ) throws(SystemError) {
    let address = unsafe mmap(nil, byteCount, protection, flags, number, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw SystemError(call: "mmap", on: object)
    }
    unsafe base = address
    self.byteCount = byteCount
  }

  deinit {
    unsafe munmap(base, byteCount)
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

  /// One store of a byte that another thread or the kernel reads at any time.
  public func publish(_ byte: UInt8, at offset: Int) {
    check(offset, 1, alignment: 1)
    let cell = unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt8>.self)
    unsafe cell.pointee.store(byte, ordering: .sequentiallyConsistent)
  }

  func check(_ offset: Int, _ size: Int, alignment: Int) {
    precondition(
      offset >= 0 && size <= byteCount && offset <= byteCount - size,
      "\(size) bytes at \(offset) are outside of the mapping of \(byteCount)")
    precondition(offset.isMultiple(of: alignment), "\(offset) is not aligned to \(alignment)")
  }
}
