import LinuxSystem
public import Statistics

/// What this host's kernel has statistics of, whether or not a VM runs.
public struct KernelSchemas: Sendable {
  /// Of a whole VM.
  public let vm: Schema
  /// Of a vCPU.
  public let vcpu: Schema

  /// Makes a machine with one vCPU, reads its schemas and lets it go; about a millisecond.
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
