import LinuxSystem

/// A publisher's annex as a reader has it.
final class AnnexMapping {
  let serial: UInt64
  let mapping: Mapping

  init(_ offer: consuming BrokerConnection.AnnexOffer) throws(SystemError) {
    serial = offer.serial
    let status = try FileStatus(offer.descriptor)
    let byteCount = max(1, min(status.size, Reader.largestByteCount))
    mapping = try Mapping(
      of: offer.descriptor, byteCount: byteCount,
      isGuarded: !MemoryFile.isSizeSealed(offer.descriptor))
  }
}
