import Glibc
import KVMStatsFormat
import LinuxSystem
import Statistics

/// Creates a VM with one vCPU, from which the layout of kernel structures is learned.
///
/// The VM never runs.
struct CalibrationVM: ~Copyable {
  private let vm: KVMVirtualMachine
  private let vcpu: KVMVCPU
  private let vmStatistics: Descriptor
  private let vcpuStatistics: Descriptor

  /// Creates the VM.
  ///
  /// - Parameter id: The id of the vCPU.
  /// - Throws: `ENOTSUP` if the kernel has no statistics descriptors, or the error of KVM.
  init(vcpu id: Int) throws(SystemError) {
    let system = try KVMSystem()
    guard try system.hasStatsDescriptors() else {
      throw SystemError(
        call: "KVM_CHECK_EXTENSION", object: "statistics descriptors (Linux 5.14)", code: ENOTSUP)
    }
    let vm = try system.createVM()
    let vcpu = try vm.createVCPU(id)
    let vmStatistics = try vm.statsDescriptor()
    let vcpuStatistics = try vcpu.statsDescriptor()
    self.vm = vm
    self.vcpu = vcpu
    self.vmStatistics = vmStatistics
    self.vcpuStatistics = vcpuStatistics
  }

  /// The descriptors of the VM, the vCPU, the VM's statistics and the vCPU's statistics.
  var descriptors: [CInt] {
    [
      vm.rawValue, vcpu.rawValue, vmStatistics.rawValue,
      vcpuStatistics.rawValue,
    ]
  }

  /// Returns the schemas of the VM and of the vCPU.
  func schemas(_ cache: inout SchemaCache) throws(BPFUnavailableError) -> (Schema, Schema) {
    do {
      let vm = try KVMStatsFile(reading: vmStatistics.duplicate(), schemas: &cache)
      let vcpu = try KVMStatsFile(reading: vcpuStatistics.duplicate(), schemas: &cache)
      return (vm.schema, vcpu.schema)
    } catch {
      throw .noVM("\(error)")
    }
  }

  /// Returns `true` if the statistics descriptors have these words.
  func hasValues(vm: [UInt64], vcpu: [UInt64]) -> Bool {
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
