import LinuxSystem
public import Statistics

/// What this host's kernel has statistics of, whether or not a VM runs.
public struct KernelSchemas: Sendable {
  /// Of a whole VM.
  public let machine: Schema
  /// Of a vCPU.
  public let processor: Schema

  /// Makes a machine with one vCPU, reads its schemas and lets it go; about a millisecond.
  public init() throws(KVMStatsError) {
    var schemas = SchemaCache()
    do {
      let system = try KVMSystem()
      let machine = try system.createMachine()
      let processor = try machine.createProcessor(0)
      let machineFile = try KVMStatsFile(reading: machine.statsDescriptor(), schemas: &schemas)
      let processorFile = try KVMStatsFile(reading: processor.statsDescriptor(), schemas: &schemas)
      self.machine = machineFile.schema
      self.processor = processorFile.schema
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as KVMStatsError {
      throw error
    } catch {
      throw .notStatistics("\(error)")
    }
  }
}
