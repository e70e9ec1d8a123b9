/// The header of a KVM binary statistics file.
///
/// ```
/// offset  size
///      0     4  flags
///      4     4  name_size    bytes of the id and of each name, including the NUL
///      8     4  num_desc
///     12     4  id_offset    \
///     16     4  desc_offset   > from the start of the file
///     20     4  data_offset  /
/// ```
/// Source: `struct kvm_stats_header` of `linux/kvm.h`; kernel document `virt/kvm/api.rst` 4.133.
public struct KVMHeader: Hashable, Sendable {
  /// The header's own length in bytes.
  public static let byteCount = 24
  /// The maximum size of the descriptor block, in bytes.
  public static let maximumDescriptorByteCount = 1 << 24

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

  /// Parses the first 24 bytes of `bytes`; accepts any value of `flags`.
  ///
  /// - Throws: `truncated` if there are fewer bytes; `tooLarge` if the descriptors or a name would
  ///   exceed 16 MiB.
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
    // The product can overflow, because each factor can be close to 2^32.
    let (size, overflow) = descriptorStride.multipliedReportingOverflow(by: descriptorCount)
    guard !overflow, size <= Self.maximumDescriptorByteCount else {
      throw .tooLarge(.descriptors, byteCount: overflow ? Int.max : size)
    }
    guard nameSize <= Self.maximumDescriptorByteCount else {
      throw .tooLarge(.id, byteCount: nameSize)
    }
  }

  /// The distance between two descriptors, in bytes.
  public var descriptorStride: Int { 16 + nameSize }

  /// The size of the descriptor block, in bytes.
  public var descriptorByteCount: Int { descriptorStride * descriptorCount }
}

/// The four parts of a KVM binary statistics file.
public enum KVMBlock: String, Hashable, Sendable {
  case header
  case id
  case descriptors
  case data
}

/// An error in KVM binary statistics.
public enum KVMFormatError: Error, Hashable, Sendable {
  case truncated(KVMBlock, needed: Int, found: Int)
  case tooLarge(KVMBlock, byteCount: Int)
  case invalidSchema(SchemaError)
  /// A statistic has more than 65,535 values, or a name contains a NUL; the format permits neither.
  case unrepresentable(name: String, size: Int)
}

extension KVMFormatError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let block, let needed, let found):
      "\(block.rawValue) block is truncated: \(found) bytes, expected \(needed)"
    case .tooLarge(let block, let byteCount):
      "\(block.rawValue) block is too large: \(byteCount) bytes"
    case .invalidSchema(let error):
      error.description
    case .unrepresentable(let name, let size):
      "the KVM format cannot represent statistic '\(name)' with \(size) values"
    }
  }
}
