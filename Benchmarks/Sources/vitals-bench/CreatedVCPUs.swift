import CBench
import KVMStats
import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsTree

/// The statistics of vCPUs that were created and never run, as a tree and as records for C.
struct CreatedVCPUs {
  let tree = Tree()
  let records: [bench_record]
  let wordCount: Int

  /// Creates `count` vCPUs and passes each to `observing`.
  init(
    count: Int, observing: (borrowing KVMVCPU) throws -> Void = { _ in }
  ) throws {
    raiseDescriptorLimit()
    let vm: KVMVirtualMachine
    do {
      vm = try KVMSystem().createVM()
    } catch {
      throw MissingRequirementError("no KVM: \(error)")
    }
    let backing = StatsDescriptorBacking()
    let parent = tree.source("kvm/bench")
    var schemas = SchemaCache()
    var records: [bench_record] = []
    var position = 0
    for index in 0..<count {
      let vcpu = try vm.createVCPU(index)
      try observing(vcpu)
      let file = try KVMStatsFile(reading: vcpu.statsDescriptor(), schemas: &schemas)
      let schema = file.schema
      records.append(
        bench_record(
          fd: file.descriptor.rawValue, offset: file.header.dataOffset,
          length: schema.wordCount * 8, position: position))
      position += schema.wordCount
      // The backing owns the descriptor now; C reads the same one.
      try tree.attach(
        "kvm", schema: schema, backing: backing, token: backing.open(file),
        provenance: .handover, to: try tree.add("vcpu\(index)", below: parent))
    }
    self.records = records
    wordCount = position
  }

  /// Reads all records in C.
  func read(into words: inout [UInt64]) {
    let whole = unsafe records.withUnsafeBufferPointer { records in
      unsafe words.withUnsafeMutableBufferPointer { words in
        guard let first = records.baseAddress, let start = words.baseAddress else { return 0 }
        return unsafe bench_pass(first, records.count, start)
      }
    }
    precondition(whole == records.count, "a record was not read completely")
  }
}
