import CLinux
import Glibc

/// Memory for a list of domains, and the domains that the last call of `XenControl.list` returned.
@safe
public struct XenDomainList: ~Copyable {
  /// The maximum number of domains.
  public let capacity: Int
  /// The number of domains that the last call returned.
  public internal(set) var count = 0
  let stride: Int
  let bytes: UnsafeMutableRawPointer

  /// The number of bytes at the start of the structure that are the same in all versions.
  static let knownByteCount = 92

  init(capacity: Int, stride: Int) {
    precondition(capacity > 0 && stride >= Self.knownByteCount)
    self.capacity = capacity
    self.stride = stride
    // The memory is zeroed, so that a library that returns a wrong count does not expose other
    // memory.
    guard let bytes = unsafe calloc(capacity, stride) else {
      fatalError("no memory for \(capacity) domains")
    }
    unsafe self.bytes = bytes
  }

  deinit {
    unsafe free(bytes)
  }

  /// A domain that the last call returned.
  public subscript(index: Int) -> XenDomainInfo {
    precondition(index >= 0 && index < count, "domain \(index) of \(count)")
    let start = index * stride
    func word(_ offset: Int) -> UInt64 {
      unsafe bytes.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
    }
    func half(_ offset: Int) -> UInt32 {
      unsafe bytes.loadUnaligned(fromByteOffset: start + offset, as: UInt32.self)
    }
    let largest = half(68)
    return XenDomainInfo(
      domain: half(0) & 0xffff, flags: XenDomainInfo.Flags(rawValue: half(4)), pageCount: word(8),
      maximumPageCount: word(16), sharedPageCount: word(32), pagedPageCount: word(40),
      runNanoseconds: word(56), onlineCount: half(64),
      // All bits are set while the domain has no vCPU.
      vcpuCount: largest == .max ? 0 : Int(largest) + 1,
      identity: XenIdentity(
        high: UInt64(bigEndian: word(76)), low: UInt64(bigEndian: word(84))))
  }

  /// The id of the last domain in the list; `nil` if the list is empty.
  public var last: UInt32? { count > 0 ? self[count - 1].domain : nil }
}
