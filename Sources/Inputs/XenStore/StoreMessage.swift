/// A message to or from xenstored (`xs_wire.h` of Xen's public headers).
///
/// ```
/// off  size  field
///   0     4  type
///   4     4  request id, repeated in the reply; arbitrary in an event
///   8     4  transaction, always 0 here
///  12     4  length of the payload, at most 4096
///  16        payload
/// ```
/// Numbers have the byte order of the host.
struct StoreMessage: Hashable, Sendable {
  /// The type of a message.
  ///
  /// Only types that do not change the store are declared.
  enum Operation: UInt32, Sendable {
    case directory = 1
    case read = 2
    case watch = 4
    /// A watch event, sent only by xenstored.
    case event = 15
    /// A reply with the name of an `errno` value.
    case error = 16
  }

  static let headerByteCount = 16
  static let maximumPayloadByteCount = 4096

  let operation: Operation
  let request: UInt32
  let payload: [UInt8]

  /// The encoded message.
  ///
  /// - Precondition: The payload has at most `maximumPayloadByteCount` bytes.
  var bytes: [UInt8] {
    precondition(
      payload.count <= Self.maximumPayloadByteCount, "a payload of \(payload.count) bytes")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerByteCount + payload.count)
    for number in [operation.rawValue, request, 0, UInt32(payload.count)] {
      // Use the byte order of the host.
      let littleEndian = UInt32(littleEndian: 1) == 1
      for index in 0..<4 {
        let shift = UInt32(littleEndian ? index : 3 - index) * 8
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    return bytes + payload
  }

  /// The NUL-terminated texts of the payload.
  ///
  /// The last NUL can be missing.
  var texts: [ArraySlice<UInt8>] {
    var texts = payload.split(separator: 0, omittingEmptySubsequences: false)
    if texts.last?.isEmpty == true { texts.removeLast() }
    return texts
  }
}
