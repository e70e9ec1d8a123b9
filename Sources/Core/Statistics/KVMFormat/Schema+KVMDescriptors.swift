extension Schema {
  /// Parses the descriptor block of a KVM binary statistics file.
  ///
  /// Kinds, units, bases and flag bits that only later versions define are kept as they are. The
  /// offsets of the statistics are those in the descriptors. A name ends at its first NUL or after
  /// `name_size` bytes. Invalid UTF-8 in a name becomes U+FFFD.
  ///
  /// - Parameters:
  ///   - bytes: The descriptor block, which begins at `header.descriptorOffset` of the file.
  ///   - header: The header of the same file.
  /// - Throws: `truncated` if there are too few bytes; `invalidSchema` if an offset or size is
  ///   invalid.
  public init(kvmDescriptors bytes: Span<UInt8>, header: KVMHeader) throws(KVMFormatError) {
    guard bytes.count >= header.descriptorByteCount else {
      throw .truncated(.descriptors, needed: header.descriptorByteCount, found: bytes.count)
    }
    var statistics: [Statistic] = []
    statistics.reserveCapacity(header.descriptorCount)
    for index in 0..<header.descriptorCount {
      let start = index * header.descriptorStride
      let descriptor = bytes.extracting(start..<start + header.descriptorStride)
      statistics.append(Statistic(kvmDescriptor: descriptor))
    }
    do throws(SchemaError) {
      try self.init(statistics)
    } catch {
      throw .invalidSchema(error)
    }
  }

  /// Returns the header of a KVM binary statistics file with this schema.
  ///
  /// The data block of `wordCount` words is at the end of the file and begins at the header's data
  /// offset. This offset is chosen so that the data block spans as few pages as possible, which
  /// minimizes the cost of reading only the data.
  ///
  /// - Throws: `unrepresentable` if the format cannot represent a statistic; `tooLarge` if the
  ///   descriptors exceed the size that readers accept.
  public func kvmHeader(id: String) throws(KVMFormatError) -> KVMHeader {
    for statistic in statistics {
      guard statistic.size <= Int(UInt16.max), !statistic.name.utf8.contains(0) else {
        throw .unrepresentable(name: statistic.name, size: statistic.size)
      }
    }
    // Kernels have used 48 bytes so far. All names have the same size, so one longer name makes the
    // space for every name larger.
    let longest = statistics.map(\.name.utf8.count).max() ?? 0
    let nameSize = max(48, (max(longest, id.utf8.count) + 8) / 8 * 8)
    let descriptorOffset = KVMHeader.byteCount + nameSize
    var dataOffset = descriptorOffset + (16 + nameSize) * statistics.count
    let onPage = dataOffset % Self.pageSize
    if onPage > 0, onPage + 8 * wordCount > Self.pageSize { dataOffset += Self.pageSize - onPage }
    let header = KVMHeader(
      flags: 0, nameSize: nameSize, descriptorCount: statistics.count,
      idOffset: KVMHeader.byteCount, descriptorOffset: descriptorOffset, dataOffset: dataOffset)
    guard header.descriptorByteCount <= KVMHeader.maximumDescriptorByteCount else {
      throw .tooLarge(.descriptors, byteCount: header.descriptorByteCount)
    }
    return header
  }

  private static let pageSize = 4096

  /// Encodes the parts of a KVM binary statistics file before its data: header, id and descriptors.
  public func kvmFile(
    id: String
  ) throws(KVMFormatError) -> (header: KVMHeader, bytes: [UInt8]) {
    let header = try kvmHeader(id: id)
    var bytes = header.encoded()
    bytes.append(text: id, paddedTo: header.nameSize)
    for statistic in statistics { bytes += statistic.kvmDescriptor(nameSize: header.nameSize) }
    bytes += repeatElement(0, count: header.dataOffset - bytes.count)
    return (header, bytes)
  }
}

extension Statistic {
  /// Parses one descriptor and the name that follows it.
  ///
  /// ```
  /// offset  size
  ///      0     4  flags
  ///      4     2  exponent     signed
  ///      6     2  size         number of 64-bit values
  ///      8     4  offset       from the start of the data block
  ///     12     4  bucket_size
  ///     16     *  name         name_size bytes
  /// ```
  /// Source: `struct kvm_stats_desc` of `linux/kvm.h`.
  init(kvmDescriptor bytes: Span<UInt8>) {
    let flags = bytes.uint32(at: 0)
    self.init(
      bytes.extracting(16..<bytes.count).textBeforeNUL,
      Kind(kvmFlags: flags),
      unit: Unit(kvmFlags: flags),
      scale: Scale(
        base: Scale.Base(kvmFlags: flags), exponent: Int16(bitPattern: bytes.uint16(at: 4))),
      size: Int(bytes.uint16(at: 6)),
      offset: Int(bytes.uint32(at: 8)),
      bucketSize: bytes.uint32(at: 12),
      reservedFlags: flags & ~0xfff)
  }

  func kvmDescriptor(nameSize: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(kvmFlags)
    bytes.append(UInt16(bitPattern: scale.exponent))
    bytes.append(UInt16(truncatingIfNeeded: size))
    bytes.append(UInt32(truncatingIfNeeded: offset))
    bytes.append(bucketSize)
    bytes.append(text: name, paddedTo: nameSize)
    return bytes
  }
}

extension KVMHeader {
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(flags)
    for field in [nameSize, descriptorCount, idOffset, descriptorOffset, dataOffset] {
      bytes.append(UInt32(truncatingIfNeeded: field))
    }
    return bytes
  }
}

extension Span<UInt8> {
  /// The text before the first NUL, or the whole text if there is no NUL.
  public var textBeforeNUL: String {
    var text: [UInt8] = []
    for index in indices {
      if self[index] == 0 { break }
      text.append(self[index])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ number: some FixedWidthInteger) {
    let bits = UInt64(truncatingIfNeeded: number)
    for index in 0..<number.bitWidth / 8 {
      #if _endian(little)
      append(UInt8(truncatingIfNeeded: bits >> (8 * index)))
      #else
      append(UInt8(truncatingIfNeeded: bits >> (number.bitWidth - 8 - 8 * index)))
      #endif
    }
  }

  fileprivate mutating func append(text: String, paddedTo size: Int) {
    let bytes = text.utf8.prefix(size - 1)
    self += bytes
    self += repeatElement(0, count: size - bytes.count)
  }
}
