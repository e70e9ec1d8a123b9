/// A `struct kvm_stats_header` of 24 bytes, encoded without the code under test.
struct RawHeader {
  var flags: UInt32 = 0
  var nameSize: UInt32 = 48
  var count: UInt32 = 0
  var idOffset: UInt32 = 24
  var descriptorOffset: UInt32 = 72
  var dataOffset: UInt32 = 72

  var bytes: [UInt8] {
    [flags, nameSize, count, idOffset, descriptorOffset, dataOffset].flatMap(native)
  }
}

/// A `struct kvm_stats_desc`, encoded without the code under test.
struct RawDescriptor {
  var flags: UInt32 = 0
  var exponent: Int16 = 0
  var size: UInt16 = 1
  var offset: UInt32 = 0
  var bucketSize: UInt32 = 0
  var name: [UInt8] = []

  init(
    _ name: String, flags: UInt32 = 0, exponent: Int16 = 0, size: UInt16 = 1, offset: UInt32 = 0,
    bucketSize: UInt32 = 0
  ) {
    self.name = Array(name.utf8)
    self.flags = flags
    self.exponent = exponent
    self.size = size
    self.offset = offset
    self.bucketSize = bucketSize
  }

  func bytes(nameSize: Int) -> [UInt8] {
    var bytes = native(flags) + native(UInt16(bitPattern: exponent)) + native(size)
    bytes += native(offset) + native(bucketSize)
    bytes += name.prefix(nameSize)
    return bytes + Array(repeating: 0, count: max(0, nameSize - name.count))
  }
}

/// Returns the bytes of a number in native byte order.
func native(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
  let little = stride(from: 0, to: number.bitWidth, by: 8).map {
    UInt8(truncatingIfNeeded: number >> $0)
  }
  return UInt16(1).littleEndian == 1 ? little : little.reversed()
}
