import CLinux
import Glibc

/// Memory that BPF programs and this process share (bpf(2)).
///
/// The memory is the single element of a BPF array (BPF_MAP_TYPE_ARRAY).
public struct BPFArray: ~Copyable, Sendable {
  let descriptor: Descriptor
  /// The single element of the BPF array, mapped into this process (mmap(2)).
  public let memory: Mapping

  /// Creates a zeroed map of at least `byteCount` bytes.
  ///
  /// - Throws: `EPERM` without CAP_BPF, `ENOSYS` if the kernel has no BPF.
  public init(byteCount: Int, name: String) throws(SystemError) {
    precondition(byteCount > 0 && byteCount <= 1 << 26, "an array of \(byteCount) bytes")
    let number = unsafe clinux_bpf_create_array(UInt32(byteCount), 1, name)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_MAP_CREATE", on: name) }
    let descriptor = Descriptor(owning: number)
    // The kernel maps only whole pages.
    memory = try Mapping(
      of: descriptor,
      byteCount: (byteCount + pageByteCount - 1) / pageByteCount * pageByteCount, for: .readWrite)
    self.descriptor = descriptor
  }

  /// The number of the map's descriptor.
  ///
  /// The instructions of a program refer to the map by this number.
  ///
  /// The struct still owns the descriptor: do not close it.
  public var rawValue: CInt { descriptor.rawValue }
}

/// Memory that only BPF programs can write.
///
/// The memory keeps its content from one run of a BPF program to the next run.
public struct BPFStore: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Creates a zeroed map of `byteCount` bytes.
  ///
  /// - Throws: `EPERM` without CAP_BPF.
  public init(byteCount: Int, name: String) throws(SystemError) {
    precondition(byteCount > 0 && byteCount <= 1 << 26, "a store of \(byteCount) bytes")
    let number = unsafe clinux_bpf_create_array(UInt32(byteCount), 0, name)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_MAP_CREATE", on: name) }
    descriptor = Descriptor(owning: number)
  }

  /// The number of the map's descriptor.
  ///
  /// The instructions of a program refer to the map by this number.
  ///
  /// The struct still owns the descriptor: do not close it.
  public var rawValue: CInt { descriptor.rawValue }
}
