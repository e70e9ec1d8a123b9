public import LinuxSystem
public import Statistics

/// Why a descriptor does not give KVM statistics.
public enum KVMStatsError: Error, Hashable, Sendable, CustomStringConvertible {
  case system(SystemError)
  case format(KVMFormatError)
  /// The descriptor is something else; what the kernel calls it.
  case notStatistics(String)

  public var description: String {
    switch self {
    case .system(let error): error.description
    case .format(let error): "no KVM statistics: \(error)"
    case .notStatistics(let name): "no KVM statistics descriptor: \(name)"
    }
  }
}

/// An open KVM binary statistics file whose header, id and descriptors have been read.
///
/// All but the data never changes, so it is read once. Source: kernel document `virt/kvm/api.rst`
/// 4.133.
public struct KVMStatsFile: ~Copyable {
  /// The most bytes of data: a thousand times what kernels have.
  ///
  /// Room for the data of every file is held twice; a file of another process decides how much.
  public static let largestData = 1 << 20

  public let descriptor: Descriptor
  public let header: KVMHeader
  /// Such as `kvm-1234/vcpu-0`: the number is the thread that made it.
  public let id: String
  public let schema: Schema

  /// Gives the descriptor to a new owner.
  package consuming func takeDescriptor() -> Descriptor { descriptor }

  /// Reads all that never changes, each block at the offset that the header gives.
  ///
  /// `schemas` lets files with equal descriptors share one schema.
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
      guard schema.wordCount * 8 <= Self.largestData else {
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

  /// The number in `…/vcpu-N` of an id, or nil where the id is of a whole VM.
  public static func vcpuNumber(inID id: String) -> Int? {
    guard let slash = id.lastIndex(of: "/") else { return nil }
    let part = id[id.index(after: slash)...]
    guard part.hasPrefix("vcpu-"), let number = Int(part.dropFirst(5)), number >= 0 else {
      return nil
    }
    return number
  }

  /// The thread number in `kvm-N` or `kvm-N/…` of an id.
  public static func threadNumber(inID id: String) -> Int32? {
    let part = id.prefix { $0 != "/" }
    return part.hasPrefix("kvm-") ? Int32(part.dropFirst(4)) : nil
  }
}

/// Schemas by the bytes that they were read from, so that equal ones are held once.
public struct SchemaCache {
  private struct Key: Hashable {
    let nameSize: Int
    let bytes: [UInt8]
  }

  private var schemas: [Key: Schema] = [:]

  /// The number of schemas held.
  public var count: Int { schemas.count }

  public init() {}

  mutating func schema(
    of descriptors: [UInt8], _ header: KVMHeader
  ) throws(KVMFormatError) -> Schema {
    let key = Key(nameSize: header.nameSize, bytes: descriptors)
    if let schema = schemas[key] { return schema }
    let schema = try Schema(kvmDescriptors: descriptors.span, header: header)
    // A kernel has two; who hands over others again and again gets no memory for them.
    if schemas.count >= 64 { schemas = [:] }
    schemas[key] = schema
    return schema
  }
}
