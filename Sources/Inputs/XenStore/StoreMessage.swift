/// One message of xenstored, either way (`xs_wire.h` of Xen's public headers).
///
/// ```
/// off  size  field
///   0     4  type
///   4     4  request: of a reply, that of what it answers; of an event, anything
///   8     4  transaction: always 0 here
///  12     4  the length of the payload, at most 4096
///  16        the payload
/// ```
/// All of it is in the byte order of the host.
struct StoreMessage: Hashable, Sendable {
  /// What a message is for, as far as reading goes; types that change the store are not known here.
  enum Operation: UInt32, Sendable {
    case directory = 1
    case read = 2
    case watch = 4
    /// Sent by the store alone.
    case event = 15
    /// Instead of a reply: the name of an `errno` value.
    case error = 16
  }

  static let headerByteCount = 16
  static let largestPayload = 4096

  let operation: Operation
  let request: UInt32
  let payload: [UInt8]

  /// The bytes that are sent.
  ///
  /// - Precondition: the payload has at most `largestPayload` bytes.
  var bytes: [UInt8] {
    precondition(payload.count <= Self.largestPayload, "a payload of \(payload.count) bytes")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerByteCount + payload.count)
    for number in [operation.rawValue, request, 0, UInt32(payload.count)] {
      // In the host's order, whichever that is.
      let littleEndian = UInt32(littleEndian: 1) == 1
      for index in 0..<4 {
        let shift = UInt32(littleEndian ? index : 3 - index) * 8
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    return bytes + payload
  }

  /// The texts of the payload, each of which ends with a NUL; the last one's may be missing.
  var texts: [ArraySlice<UInt8>] {
    var texts = payload.split(separator: 0, omittingEmptySubsequences: false)
    if texts.last?.isEmpty == true { texts.removeLast() }
    return texts
  }
}
