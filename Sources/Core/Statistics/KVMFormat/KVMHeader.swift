/// The header of a KVM binary statistics file.
///
/// ```
/// offset  size
///      0     4  flags
///      4     4  name_size    bytes of the id and of each name, with the NUL
///      8     4  num_desc
///     12     4  id_offset    \
///     16     4  desc_offset   > from the start of the file
///     20     4  data_offset  /
/// ```
/// Source: `struct kvm_stats_header` of `linux/kvm.h`; kernel document `virt/kvm/api.rst` 4.133.
public struct KVMHeader: Hashable, Sendable {
  /// The header's own length in bytes.
  public static let byteCount = 24
  /// The most bytes that the descriptors may take.
  public static let largestDescriptorBlock = 1 << 24

  public var flags: UInt32
  public var nameSize: Int
  public var descriptorCount: Int
  public var idOffset: Int
  public var descriptorOffset: Int
  public var dataOffset: Int

  public init(
    flags: UInt32, nameSize: Int, descriptorCount: Int, idOffset: Int, descriptorOffset: Int,
    dataOffset: Int
  ) {
    self.flags = flags
    self.nameSize = nameSize
    self.descriptorCount = descriptorCount
    self.idOffset = idOffset
    self.descriptorOffset = descriptorOffset
    self.dataOffset = dataOffset
  }

  /// Reads the first 24 of `bytes`; any flags are accepted.
  ///
  /// - Throws: `truncated`, or `tooLarge` where the descriptors would take over 16 MiB.
  public init(parsing bytes: Span<UInt8>) throws(KVMFormatError) {
    guard bytes.count >= Self.byteCount else {
      throw .truncated(.header, needed: Self.byteCount, found: bytes.count)
    }
    flags = bytes.uint32(at: 0)
    nameSize = Int(bytes.uint32(at: 4))
    descriptorCount = Int(bytes.uint32(at: 8))
    idOffset = Int(bytes.uint32(at: 12))
    descriptorOffset = Int(bytes.uint32(at: 16))
    dataOffset = Int(bytes.uint32(at: 20))
    // Both factors may be near 2^32.
    let (size, overflow) = descriptorStride.multipliedReportingOverflow(by: descriptorCount)
    guard !overflow, size <= Self.largestDescriptorBlock else {
      throw .tooLarge(.descriptors, byteCount: overflow ? Int.max : size)
    }
    guard nameSize <= Self.largestDescriptorBlock else {
      throw .tooLarge(.id, byteCount: nameSize)
    }
  }

  /// The bytes from one descriptor to the next.
  public var descriptorStride: Int { 16 + nameSize }

  /// The bytes of all descriptors.
  public var descriptorByteCount: Int { descriptorStride * descriptorCount }
}

/// The four parts of a KVM binary statistics file.
public enum KVMBlock: String, Hashable, Sendable {
  case header
  case id
  case descriptors
  case data
}

/// Why bytes are no KVM binary statistics.
public enum KVMFormatError: Error, Hashable, Sendable {
  case truncated(KVMBlock, needed: Int, found: Int)
  case tooLarge(KVMBlock, byteCount: Int)
  case flawed(Schema.Flaw)
  /// The format holds at most 65,535 values of a statistic, and no NUL in a name.
  case inexpressible(name: String, size: Int)
}

extension KVMFormatError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let block, let needed, let found):
      "the \(block.rawValue) block has \(found) bytes; \(needed) are needed"
    case .tooLarge(let block, let byteCount):
      "the \(block.rawValue) block would have \(byteCount) bytes, which is more than is credible"
    case .flawed(let flaw):
      flaw.description
    case .inexpressible(let name, let size):
      "the KVM format has no room for statistic \(name) of \(size) values"
    }
  }
}
