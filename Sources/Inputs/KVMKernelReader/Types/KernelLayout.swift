/// Where the programs find in the kernel what they look at; offsets and sizes in bytes.
package struct KernelLayout: Hashable {
  /// A field that the kernel's types do not have.
  package struct Missing: Error, Hashable, CustomStringConvertible {
    let field: String

    package var description: String { "the kernel's types have no \(field)" }
  }

  // struct file
  let fileOperations, fileObject: Int
  // struct task_struct
  let taskFiles, taskLeader, taskPID, taskMemory: Int
  // struct files_struct, struct fdtable
  let filesTable, tableFiles, tableCount: Int
  // struct pid, struct upid
  let pidLevel, pidNumbers, pidNumber, pidNumberSize: Int
  // struct kvm_vcpu
  let vcpuVM, vcpuNumber, vcpuPID, vcpuStatistics: Int
  // struct kvm
  let vmStatistics, vmMemory: Int
  // What the statistics take.
  let vcpuByteCount, vmByteCount: Int
  // The context of an iterator over descriptors
  let contextMeta, contextTask, contextFile, contextNumber, metaSequence: Int
  /// The number of the function that the iterator over descriptors is tied to.
  let iteratorFunction: UInt32
  /// The number of the kernel's function that lets a program load from any address without a call,
  /// and of struct fdtable, whose fields such loads take the form of; nil before Linux 6.2.
  var cast: Cast?

  /// The numbers of the kernel's functions that count for a program; nil before Linux 6.4.
  ///
  /// The verifier looks at a loop that counts so once or twice, else at each of its rounds: 1 ms in
  /// place of 20.
  var counting: Counting?

  struct Counting: Hashable {
    let make, next, end: UInt32
  }

  struct Cast: Hashable {
    let function: UInt32
    let type: UInt32
  }

  /// Looks all of it up.
  init(_ types: KernelTypes) throws(Missing) {
    let names = [
      "file", "task_struct", "files_struct", "fdtable", "pid", "upid", "kvm_vcpu", "kvm",
      "kvm_vcpu_stat", "kvm_vm_stat", "bpf_iter__task_file", "bpf_iter_meta",
    ]
    let structures = Structures(
      types: types,
      found: Dictionary(
        zip(names, types.types(.structure, named: names)), uniquingKeysWith: { first, _ in first }))
    fileOperations = try structures.offset("file", "f_op")
    fileObject = try structures.offset("file", "private_data")
    taskFiles = try structures.offset("task_struct", "files")
    taskLeader = try structures.offset("task_struct", "group_leader")
    taskPID = try structures.offset("task_struct", "thread_pid")
    taskMemory = try structures.offset("task_struct", "mm")
    filesTable = try structures.offset("files_struct", "fdt")
    tableFiles = try structures.offset("fdtable", "fd")
    tableCount = try structures.offset("fdtable", "max_fds")
    pidLevel = try structures.offset("pid", "level")
    pidNumbers = try structures.offset("pid", "numbers")
    pidNumber = try structures.offset("upid", "nr")
    pidNumberSize = try structures.byteCount("upid")
    vcpuVM = try structures.offset("kvm_vcpu", "kvm")
    vcpuNumber = try structures.offset("kvm_vcpu", "vcpu_id")
    vcpuPID = try structures.offset("kvm_vcpu", "pid")
    vcpuStatistics = try structures.offset("kvm_vcpu", "stat")
    vmStatistics = try structures.offset("kvm", "stat")
    vmMemory = try structures.offset("kvm", "mm")
    vcpuByteCount = try structures.byteCount("kvm_vcpu_stat")
    vmByteCount = try structures.byteCount("kvm_vm_stat")
    contextMeta = try structures.offset("bpf_iter__task_file", "meta")
    contextTask = try structures.offset("bpf_iter__task_file", "task")
    contextFile = try structures.offset("bpf_iter__task_file", "file")
    contextNumber = try structures.offset("bpf_iter__task_file", "fd")
    metaSequence = try structures.offset("bpf_iter_meta", "seq")
    let functions = types.types(
      .function,
      named: [
        "bpf_iter_task_file", "bpf_rdonly_cast", "bpf_iter_num_new", "bpf_iter_num_next",
        "bpf_iter_num_destroy",
      ])
    guard let function = functions[0].first else { throw Missing(field: "bpf_iter_task_file()") }
    iteratorFunction = function
    if let function = functions[1].first, let type = structures.found["fdtable"]?.first {
      cast = Cast(function: function, type: type)
    } else {
      cast = nil
    }
    if let make = functions[2].first, let next = functions[3].first, let end = functions[4].first {
      counting = Counting(make: make, next: next, end: end)
    } else {
      counting = nil
    }
  }

  private struct Structures {
    let types: KernelTypes
    let found: [String: [UInt32]]

    /// Of structures with one name, such as two drivers have, the first with the member.
    func offset(_ structure: String, _ member: String) throws(Missing) -> Int {
      for type in found[structure] ?? [] {
        if let offset = types.offset(of: member, in: type) { return offset }
      }
      throw Missing(field: "\(structure).\(member)")
    }

    func byteCount(_ structure: String) throws(Missing) -> Int {
      for type in found[structure] ?? [] {
        if let count = types.byteCount(of: type), count > 0 { return count }
      }
      throw Missing(field: "struct \(structure)")
    }
  }
}
