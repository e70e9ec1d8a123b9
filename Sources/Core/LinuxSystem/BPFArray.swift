import CLinux
import Glibc

/// Memory shared by BPF programs and this process: an array map with one value (bpf(2)).
public struct BPFArray: ~Copyable, Sendable {
  let descriptor: Descriptor
  /// The value of the map.
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

  /// The map's descriptor number, which instructions refer to; this value keeps its ownership.
  public var rawValue: CInt { descriptor.rawValue }
}

/// Memory that BPF programs keep between two runs and that only they can write.
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

  /// The map's descriptor number, which instructions refer to; this value keeps its ownership.
  public var rawValue: CInt { descriptor.rawValue }
}
