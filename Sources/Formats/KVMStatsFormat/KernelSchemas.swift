import LinuxSystem
public import Statistics

/// Reads the schemas of KVM statistics in the kernel of this host.
///
/// No VM needs to run.
public struct KernelSchemas: Sendable {
  /// The schema of a VM.
  public let vm: Schema
  /// The schema of a vCPU.
  public let vcpu: Schema

  /// Creates a VM with one vCPU, reads its schemas and closes it, which takes about a millisecond.
  public init() throws(KVMStatsError) {
    var schemas = SchemaCache()
    do {
      let system = try KVMSystem()
      let vm = try system.createVM()
      let vcpu = try vm.createVCPU(0)
      let vmFile = try KVMStatsFile(reading: vm.statsDescriptor(), schemas: &schemas)
      let vcpuFile = try KVMStatsFile(reading: vcpu.statsDescriptor(), schemas: &schemas)
      self.vm = vmFile.schema
      self.vcpu = vcpuFile.schema
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as KVMStatsError {
      throw error
    } catch {
      throw .notStatistics("\(error)")
    }
  }
}
