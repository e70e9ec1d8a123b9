/// How the program that reads descriptors is asked, and where it puts what it found.
///
/// ```
///      0  count        how many are asked for
///      8  level        of a calibration: the depth of this process's PID namespace
///     16  requests     descriptor u32, kind u32; `capacity` of them
///        records      state, machine, number, words ...; as many
/// ```
///
/// State is 0 where the words are whole. `vm` tells VMs apart, `number` is the vCPU's. Of a
/// calibration, `vm` is the kind of the file and `number` what it is of.
struct BPFRequestBuffer: Hashable {
  /// How many are read by one call: their records, about 150 KB, stay in the processor's cache
  /// until they are copied out.
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

  /// A request as one word.
  static func word(_ descriptor: CInt, _ kind: KernelObject) -> UInt64 {
    let number = UInt64(UInt32(bitPattern: descriptor))
    #if _endian(little)
    return UInt64(kind.rawValue) << 32 | number
    #else
    return number << 32 | UInt64(kind.rawValue)
    #endif
  }

  func request(_ index: Int) -> Int { Self.requestsOffset + Self.requestByteCount * index }

  func record(_ index: Int) -> Int { Self.recordsOffset + recordByteCount * index }
}

/// What a descriptor is of, as the kernel tells it.
package enum KernelObject: UInt32 {
  case vcpu
  case vm
}

/// What tells descriptors of KVM from all others: the addresses of their operations.
///
/// They are numbers of this boot that no one follows.
struct FileKinds: Hashable {
  var vm: UInt64
  var vcpu: UInt64
  var vmStatistics: UInt64
  var vcpuStatistics: UInt64
}
