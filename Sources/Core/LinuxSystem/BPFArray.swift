import CLinux
import Glibc

/// Memory that programs of BPF and this process share: an array map of one value (bpf(2)).
public struct BPFArray: ~Copyable, Sendable {
  let descriptor: Descriptor
  /// The value, for as long as the array lives.
  public let memory: Mapping

  /// Zeroed memory of at least `byteCount` bytes.
  ///
  /// - Throws: `EPERM` without CAP_BPF, `ENOSYS` where the kernel has no BPF.
  public init(byteCount: Int, name: String) throws(SystemError) {
    precondition(byteCount > 0 && byteCount <= 1 << 26, "an array of \(byteCount) bytes")
    let number = unsafe clinux_bpf_create_array(UInt32(byteCount), 1, name)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_MAP_CREATE", on: name) }
    let descriptor = Descriptor(owning: number)
    // The kernel maps whole pages only.
    memory = try Mapping(
      of: descriptor,
      byteCount: (byteCount + pageByteCount - 1) / pageByteCount * pageByteCount, for: .readWrite)
    self.descriptor = descriptor
  }

  /// The map's number, which instructions name it by; it stays owned by this value.
  public var rawValue: CInt { descriptor.rawValue }
}

/// Memory that programs of BPF keep between two steps, and that nobody else can write.
public struct BPFStore: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Zeroed memory of `byteCount` bytes.
  ///
  /// - Throws: `EPERM` without CAP_BPF.
  public init(byteCount: Int, name: String) throws(SystemError) {
    precondition(byteCount > 0 && byteCount <= 1 << 26, "a store of \(byteCount) bytes")
    let number = unsafe clinux_bpf_create_array(UInt32(byteCount), 0, name)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_MAP_CREATE", on: name) }
    descriptor = Descriptor(owning: number)
  }

  /// The map's number, which instructions name it by; it stays owned by this value.
  public var rawValue: CInt { descriptor.rawValue }
}
