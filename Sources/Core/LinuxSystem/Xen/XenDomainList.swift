import CLinux
import Glibc

/// Memory for the hypervisor's list of domains, and what the last call left there.
@safe
public struct XenDomainList: ~Copyable {
  /// The domains that it has room for.
  public let capacity: Int
  /// The domains of the last call.
  public internal(set) var count = 0
  let stride: Int
  let bytes: UnsafeMutableRawPointer

  /// The structure's bytes that all versions share.
  static let knownByteCount = 92

  init(capacity: Int, stride: Int) {
    precondition(capacity > 0 && stride >= Self.knownByteCount)
    self.capacity = capacity
    self.stride = stride
    // Zeros: what a library that lies about its count leaves unwritten is no other memory.
    guard let bytes = unsafe calloc(capacity, stride) else {
      fatalError("no memory for \(capacity) domains")
    }
    unsafe self.bytes = bytes
  }

  deinit {
    unsafe free(bytes)
  }

  /// A domain of the last call.
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
      largestPageCount: word(16), sharedPageCount: word(32), pagedPageCount: word(40),
      runNanoseconds: word(56), onlineCount: half(64),
      // All bits set: it has none yet.
      vcpuCount: largest == .max ? 0 : Int(largest) + 1,
      identity: XenIdentity(
        high: UInt64(bigEndian: word(76)), low: UInt64(bigEndian: word(84))))
  }

  /// The number of the last domain of the list; nil where it is empty.
  public var last: UInt32? { count > 0 ? self[count - 1].domain : nil }
}
