public import LinuxSystem
public import Statistics

/// The reason why a descriptor provides no KVM statistics.
public enum KVMStatsError: Error, Hashable, Sendable, CustomStringConvertible {
  case system(SystemError)
  case format(KVMFormatError)
  /// The descriptor has another type. The text is the kernel's name of the file.
  case notStatistics(String)

  public var description: String {
    switch self {
    case .system(let error): error.description
    case .format(let error): "invalid KVM statistics file: \(error)"
    case .notStatistics(let name): "not a KVM statistics descriptor: \(name)"
    }
  }
}

/// An open KVM binary statistics file whose header, id and descriptors have been read.
///
/// Only the data changes. Everything else is constant and is read once. Source: kernel document
/// `virt/kvm/api.rst` 4.133.
public struct KVMStatsFile: ~Copyable {
  /// The maximum size of the data, which is a thousand times the size in present kernels.
  ///
  /// The limit is needed because the file might belong to another process, and because the reader
  /// allocates memory for the data of every file twice.
  public static let maximumDataByteCount = 1 << 20

  public let descriptor: Descriptor
  public let header: KVMHeader
  /// The id, such as `kvm-1234/vcpu-0`.
  ///
  /// The first number is the thread that created the VM or vCPU.
  public let id: String
  public let schema: Schema

  /// Transfers the ownership of the descriptor to the caller.
  package consuming func takeDescriptor() -> Descriptor { descriptor }

  /// Reads the header, the id and the descriptors.
  ///
  /// Files with equal descriptors share one schema in `schemas`.
  public init(
    reading descriptor: consuming Descriptor, schemas: inout SchemaCache
  ) throws(KVMStatsError) {
    do {
      let head = try descriptor.bytes(count: KVMHeader.byteCount, at: 0)
      let header = try KVMHeader(parsing: head.span)
      let name = try descriptor.bytes(count: header.nameSize, at: header.idOffset)
      let block = try descriptor.bytes(
        count: header.descriptorByteCount, at: header.descriptorOffset)
      let schema = try schemas.schema(of: block, header)
      guard schema.wordCount * 8 <= Self.maximumDataByteCount else {
        throw KVMFormatError.tooLarge(.data, byteCount: schema.wordCount * 8)
      }
      self.schema = schema
      id = name.span.textBeforeNUL
      self.header = header
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as KVMFormatError {
      throw .format(error)
    } catch {
      throw .notStatistics("\(error)")
    }
    self.descriptor = descriptor
  }

  /// Returns N from an id such as `…/vcpu-N`, or nil for the id of a VM.
  public static func vcpuNumber(inID id: String) -> Int? {
    guard let slash = id.lastIndex(of: "/") else { return nil }
    let part = id[id.index(after: slash)...]
    guard part.hasPrefix("vcpu-"), let number = Int(part.dropFirst(5)), number >= 0 else {
      return nil
    }
    return number
  }

  /// Returns the thread id N from an id such as `kvm-N` or `kvm-N/…`.
  public static func threadNumber(inID id: String) -> Int32? {
    let part = id.prefix { $0 != "/" }
    return part.hasPrefix("kvm-") ? Int32(part.dropFirst(4)) : nil
  }
}

/// Shares one schema between all files with equal descriptors.
public struct SchemaCache {
  private struct Key: Hashable {
    let nameSize: Int
    let bytes: [UInt8]
  }

  private var schemas: [Key: Schema] = [:]

  /// The number of schemas.
  public var count: Int { schemas.count }

  public init() {}

  mutating func schema(
    of descriptors: [UInt8], _ header: KVMHeader
  ) throws(KVMFormatError) -> Schema {
    let key = Key(nameSize: header.nameSize, bytes: descriptors)
    if let schema = schemas[key] { return schema }
    let schema = try Schema(kvmDescriptors: descriptors.span, header: header)
    // A kernel has two schemas. The limit bounds the memory for the schemas of hostile VMMs.
    if schemas.count >= 64 { schemas = [:] }
    schemas[key] = schema
    return schema
  }
}
