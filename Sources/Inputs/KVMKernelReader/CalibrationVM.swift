import Glibc
import KVMStatsFormat
import LinuxSystem
import Statistics

/// A machine with one vCPU, to learn from; it never runs.
struct CalibrationVM: ~Copyable {
  private let vm: KVMVirtualMachine
  private let vcpu: KVMVCPU
  private let vmStatistics: Descriptor
  private let vcpuStatistics: Descriptor

  /// - Parameter number: the vCPU's.
  /// - Throws: `ENOTSUP` where the kernel has no statistics descriptors, and what KVM throws.
  init(number: Int) throws(SystemError) {
    let system = try KVMSystem()
    guard try system.hasStatsDescriptors() else {
      throw SystemError(
        call: "KVM_CHECK_EXTENSION", object: "statistics descriptors (Linux 5.14)", code: ENOTSUP)
    }
    let vm = try system.createVM()
    let vcpu = try vm.createVCPU(number)
    let ofVM = try vm.statsDescriptor()
    let ofVCPU = try vcpu.statsDescriptor()
    self.vm = vm
    self.vcpu = vcpu
    vmStatistics = ofVM
    vcpuStatistics = ofVCPU
  }

  /// The descriptors: machine, vCPU, the machine's statistics, the vCPU's.
  var numbers: [CInt] {
    [
      vm.rawValue, vcpu.rawValue, vmStatistics.rawValue,
      vcpuStatistics.rawValue,
    ]
  }

  /// The schemas of the machine and of the vCPU.
  func schemas(_ cache: inout SchemaCache) throws(BPFUnavailableError) -> (Schema, Schema) {
    do {
      let vm = try KVMStatsFile(reading: vmStatistics.duplicate(), schemas: &cache)
      let vcpu = try KVMStatsFile(reading: vcpuStatistics.duplicate(), schemas: &cache)
      return (vm.schema, vcpu.schema)
    } catch {
      throw .noVM("\(error)")
    }
  }

  /// Whether its statistics descriptors have these words.
  func hasNumbers(vm: [UInt64], vcpu: [UInt64]) -> Bool {
    Self.words(of: vmStatistics) == vm && Self.words(of: vcpuStatistics) == vcpu
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
