import Glibc
import LinuxSystem

/// A publisher's annex as a reader has it.
final class OnDemandMapping {
  let serial: UInt64
  let mapping: Mapping
  private let descriptor: Descriptor

  convenience init(_ offer: consuming BrokerConnection.AnnexOffer) throws(SystemError) {
    try self.init(serial: offer.serial, offer.takeDescriptor())
  }

  /// The same annex, as long as it is now.
  func mappedAgain() throws(SystemError) -> OnDemandMapping {
    try OnDemandMapping(serial: serial, descriptor.duplicate())
  }

  private init(serial: UInt64, _ descriptor: consuming Descriptor) throws(SystemError) {
    let status = try FileStatus(descriptor)
    // A file that can get shorter, or whose pages another process makes, could hold this one.
    guard status.isRegular, MemoryFile.isSizeSealed(descriptor) else {
      throw SystemError(call: "fcntl F_GET_SEALS", object: "annex", code: EINVAL)
    }
    let byteCount = max(1, min(status.size, Reader.largestByteCount))
    let mapping = try Mapping(of: descriptor, byteCount: byteCount)
    self.serial = serial
    self.mapping = mapping
    self.descriptor = descriptor
  }
}
