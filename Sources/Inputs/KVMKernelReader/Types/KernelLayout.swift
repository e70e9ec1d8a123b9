/// The offsets and sizes, in bytes, of the kernel structures that the programs read.
package struct KernelLayout: Hashable {
  /// The kernel's type information lacks a field, structure or function.
  package struct MissingFieldError: Error, Hashable, CustomStringConvertible {
    let field: String

    package var description: String { "the kernel's type information has no \(field)" }
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
  // struct kvm_vcpu_stat, struct kvm_vm_stat
  let vcpuByteCount, vmByteCount: Int
  // struct bpf_iter__task_file, the context of a descriptor iterator; struct bpf_iter_meta
  let contextMeta, contextTask, contextFile, contextNumber, metaSequence: Int
  /// The BTF id of the function that a descriptor iterator attaches to.
  let iteratorFunction: UInt32
  /// The BTF ids that allow loads from any address without a helper call; nil before Linux 6.2.
  ///
  /// The ids belong to the function `bpf_rdonly_cast` and to the type struct fdtable, whose fields
  /// have the widths of the loads.
  var cast: Cast?

  /// The BTF ids of the kernel functions for counted loops; nil before Linux 6.4.
  ///
  /// The verifier examines a loop of this kind once or twice, and any other loop once per
  /// iteration. This takes 1 ms instead of 20 ms.
  var counting: Counting?

  struct Counting: Hashable {
    let make, next, end: UInt32
  }

  struct Cast: Hashable {
    let function: UInt32
    let type: UInt32
  }

  /// Looks up all fields.
  init(_ types: KernelTypes) throws(MissingFieldError) {
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
    guard let function = functions[0].first else {
      throw MissingFieldError(field: "bpf_iter_task_file()")
    }
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

    /// Returns the offset of a member in the first structure of this name that has the member.
    ///
    /// Several structures can have the same name, because drivers define their own structures.
    func offset(_ structure: String, _ member: String) throws(MissingFieldError) -> Int {
      for type in found[structure] ?? [] {
        if let offset = types.offset(of: member, in: type) { return offset }
      }
      throw MissingFieldError(field: "\(structure).\(member)")
    }

    func byteCount(_ structure: String) throws(MissingFieldError) -> Int {
      for type in found[structure] ?? [] {
        if let count = types.byteCount(of: type), count > 0 { return count }
      }
      throw MissingFieldError(field: "struct \(structure)")
    }
  }
}
