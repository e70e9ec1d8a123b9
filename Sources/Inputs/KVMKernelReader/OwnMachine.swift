import Glibc
import KVMStatsFormat
import LinuxSystem
import Statistics

/// A machine with one vCPU, to learn from; it never runs.
struct OwnMachine: ~Copyable {
  private let machine: KVMMachine
  private let processor: KVMProcessor
  private let machineStatistics: Descriptor
  private let processorStatistics: Descriptor

  /// - Parameter number: the vCPU's.
  /// - Throws: `ENOTSUP` where the kernel has no statistics descriptors, and what KVM throws.
  init(number: Int) throws(SystemError) {
    let system = try KVMSystem()
    guard try system.hasStatsDescriptors() else {
      throw SystemError(
        call: "KVM_CHECK_EXTENSION", object: "statistics descriptors (Linux 5.14)", code: ENOTSUP)
    }
    let machine = try system.createMachine()
    let processor = try machine.createProcessor(number)
    let ofMachine = try machine.statsDescriptor()
    let ofProcessor = try processor.statsDescriptor()
    self.machine = machine
    self.processor = processor
    machineStatistics = ofMachine
    processorStatistics = ofProcessor
  }

  /// The descriptors: machine, vCPU, the machine's statistics, the vCPU's.
  var numbers: [CInt] {
    [
      machine.rawValue, processor.rawValue, machineStatistics.rawValue,
      processorStatistics.rawValue,
    ]
  }

  /// The schemas of the machine and of the vCPU.
  func schemas(_ cache: inout SchemaCache) throws(BPFRefusal) -> (Schema, Schema) {
    do {
      let machine = try KVMStatsFile(reading: machineStatistics.duplicate(), schemas: &cache)
      let processor = try KVMStatsFile(reading: processorStatistics.duplicate(), schemas: &cache)
      return (machine.schema, processor.schema)
    } catch {
      throw .noMachine("\(error)")
    }
  }

  /// Whether its statistics descriptors have these words.
  func hasNumbers(machine: [UInt64], processor: [UInt64]) -> Bool {
    Self.words(of: machineStatistics) == machine && Self.words(of: processorStatistics) == processor
  }

  private static func words(of descriptor: borrowing Descriptor) -> [UInt64]? {
    guard let head = try? descriptor.bytes(count: KVMHeader.byteCount, at: 0),
      let header = try? KVMHeader(parsing: head.span),
      let block = try? descriptor.bytes(
        count: header.descriptorByteCount, at: header.descriptorOffset),
      let schema = try? Schema(kvmDescriptors: block.span, header: header),
      let data = try? descriptor.bytes(count: schema.wordCount * 8, at: header.dataOffset)
    else { return nil }
    return (0..<schema.wordCount).map { data.span.uint64(at: 8 * $0) }
  }
}
