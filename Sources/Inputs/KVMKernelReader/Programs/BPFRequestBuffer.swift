/// The layout of the array in which the reader program receives requests and returns records.
///
/// ```
///      0  count        the number of requests
///      8  level        result of the calibration: the depth of this process's PID namespace
///     16  requests     descriptor u32, kind u32; `capacity` of them
///         records      state, vm, number, words ...; one for each request
/// ```
///
/// The state is 0 if the words of the record are complete. `vm` is the address of the VM, and
/// `number` is the id of the vCPU. During calibration, `vm` is the address of the file operations,
/// and `number` is the address of the object.
struct BPFRequestBuffer: Hashable {
  /// The maximum number of requests per call.
  ///
  /// Their records, about 150 KB, stay in the CPU's cache until they are copied.
  static let capacity = 128

  static let countOffset = 0
  static let levelOffset = 8
  static let requestsOffset = 16
  static let requestByteCount = 8
  static let recordsOffset = requestsOffset + requestByteCount * capacity
  static let wordsOffset = 24

  let recordByteCount: Int

  init(_ layout: KernelLayout) {
    let words = max(layout.vcpuByteCount, layout.vmByteCount)
    recordByteCount = (Self.wordsOffset + words + 63) / 64 * 64
  }

  var byteCount: Int { Self.recordsOffset + recordByteCount * Self.capacity }

  /// Encodes a request as one word.
  static func word(_ descriptor: CInt, _ kind: KernelObject) -> UInt64 {
    let number = UInt64(UInt32(bitPattern: descriptor))
    #if _endian(little)
    return UInt64(kind.rawValue) << 32 | number
    #else
    return number << 32 | UInt64(kind.rawValue)
    #endif
  }

  /// Returns the offset of a request.
  func request(_ index: Int) -> Int { Self.requestsOffset + Self.requestByteCount * index }

  /// Returns the offset of a record.
  func record(_ index: Int) -> Int { Self.recordsOffset + recordByteCount * index }
}

/// The kind of the kernel object that a descriptor refers to.
package enum KernelObject: UInt32 {
  case vcpu
  case vm
}

/// The addresses of the file operations of KVM's descriptors.
///
/// Programs recognize the descriptors by these addresses.
///
/// The addresses are valid until the next boot. Programs only compare the addresses.
struct FileKinds: Hashable {
  var vm: UInt64
  var vcpu: UInt64
  var vmStatistics: UInt64
  var vcpuStatistics: UInt64
}
