import Glibc
import LinuxSystem

/// Maps a publisher's on-demand segment for a reader.
final class OnDemandMapping {
  let serial: UInt64
  let mapping: Mapping
  private let descriptor: Descriptor

  convenience init(_ offer: consuming BrokerConnection.SegmentOffer) throws(SystemError) {
    try self.init(serial: offer.serial, offer.takeDescriptor())
  }

  /// Maps the same segment again at its current size.
  func remapped() throws(SystemError) -> OnDemandMapping {
    try OnDemandMapping(serial: serial, descriptor.duplicate())
  }

  private init(serial: UInt64, _ descriptor: consuming Descriptor) throws(SystemError) {
    let status = try FileStatus(descriptor)
    // Accept only memory files of a fixed minimum size. If a file could shrink, or if another
    // process provided its pages, an access could kill or block this process.
    guard status.isRegular, MemoryFile.isSizeSealed(descriptor) else {
      throw SystemError(call: "fcntl F_GET_SEALS", object: "on-demand segment", code: EINVAL)
    }
    let byteCount = max(1, min(status.size, Reader.maximumByteCount))
    let mapping = try Mapping(of: descriptor, byteCount: byteCount)
    self.serial = serial
    self.mapping = mapping
    self.descriptor = descriptor
  }
}
