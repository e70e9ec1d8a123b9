import Statistics

/// Describes an open KVM descriptor of a process, as reported by the iterator program.
package struct DescriptorIteratorRecord: Hashable {
  static let byteCount = 40

  package enum Kind: UInt32 {
    case vm
    case vcpu
    case vmStatistics
    case vcpuStatistics
  }

  package let kind: Kind
  /// The file descriptor in the process.
  package let descriptor: CInt
  /// The address of the VM in the kernel, which is unique on the host while the VM exists.
  package let vm: UInt64
  /// The id of the process in this PID namespace.
  package let process: Int32
  /// The id of the vCPU.
  package let vcpu: Int
  /// The id of the thread that ran the vCPU last; 0 if no thread has run it.
  package let thread: Int32

  /// Parses a record of the iterator program; returns nil if its kind is unknown.
  init?(_ all: [UInt8], at offset: Int) {
    let bytes = all.span
    guard let kind = Kind(rawValue: bytes.uint32(at: offset)) else { return nil }
    self.kind = kind
    descriptor = CInt(bitPattern: bytes.uint32(at: offset + 4))
    vm = bytes.uint64(at: offset + 16)
    process = Int32(bitPattern: bytes.uint32(at: offset + 24))
    vcpu = Int(bytes.uint32(at: offset + 28))
    thread = Int32(bitPattern: bytes.uint32(at: offset + 32))
  }
}

/// Assembles the program that the kernel runs for each open descriptor of the host (a BPF
/// iterator).
///
/// The program writes a record for each KVM descriptor of a process that owns the VM. It skips the
/// copies of descriptors that observers have.
///
/// ```
///  0  kind u32, descriptor u32    8  object u64      16  VM u64
/// 24  process u32, vCPU u32      32  thread u32, 0 u32
/// ```
struct DescriptorIterator {
  private static let record = -DescriptorIteratorRecord.byteCount
  private static let scratch = record - 8
  private static let memory = scratch - 8

  let layout: KernelLayout
  let kinds: FileKinds
  /// The depth of this process's PID namespace.
  let level: Int
  private var code = Assembler()

  init(_ layout: KernelLayout, _ kinds: FileKinds, level: Int) {
    self.layout = layout
    self.kinds = kinds
    self.level = level
  }

  consuming func finish() -> [UInt64] {
    let done = code.label()
    code.move(.r6, .r1)
    // In the last call, the iterator passes neither a task nor a file.
    code.load(.r7, .r6, layout.contextTask)
    code.jump(to: done, if: .r7, .equal, 0)
    code.load(.r8, .r6, layout.contextFile)
    code.jump(to: done, if: .r8, .equal, 0)
    code.load(.r1, .r8, layout.fileOperations)
    let (found, vcpu) = (code.label(), code.label())
    for (kind, operations) in [
      (DescriptorIteratorRecord.Kind.vm, kinds.vm), (.vcpu, kinds.vcpu),
      (.vmStatistics, kinds.vmStatistics),
      (.vcpuStatistics, kinds.vcpuStatistics),
    ] {
      let other = code.label()
      code.set(.r2, operations)
      code.jump(to: other, if: .r1, .notEqual, .r2)
      code.move(.r9, Int(kind.rawValue))
      code.jump(to: found)
      code.mark(other)
    }
    code.jump(to: done)
    code.mark(found)
    for offset in stride(from: 0, to: DescriptorIteratorRecord.byteCount, by: 8) {
      code.store(0, at: .frame, Self.record + offset)
    }
    code.store(.r9, at: .frame, Self.record, .word32)
    code.load(.r1, .r6, layout.contextNumber, .word32)
    code.store(.r1, at: .frame, Self.record + 4, .word32)
    code.load(.r8, .r8, layout.fileObject)
    code.store(.r8, at: .frame, Self.record + 8)
    code.store(.r8, at: .frame, Self.record + 16)
    code.copy(8, from: .r7, layout.taskMemory, to: .frame, Self.memory, orElse: done)
    writeProcess(orElse: done)
    code.jump(to: vcpu, if: .r9, .equal, Int(DescriptorIteratorRecord.Kind.vcpu.rawValue))
    code.jump(to: vcpu, if: .r9, .equal, Int(DescriptorIteratorRecord.Kind.vcpuStatistics.rawValue))
    let write = code.label()
    code.jump(to: write)
    code.mark(vcpu)
    writeVCPU(orElse: done, noThread: write)
    code.mark(write)
    code.load(.r8, .frame, Self.record + 16)
    code.copy(8, from: .r8, layout.vmMemory, to: .frame, Self.scratch, orElse: done)
    code.load(.r1, .frame, Self.scratch)
    code.load(.r2, .frame, Self.memory)
    code.jump(to: done, if: .r1, .notEqual, .r2)
    code.load(.r1, .r6, layout.contextMeta)
    code.load(.r1, .r1, layout.metaSequence)
    code.move(.r2, .frame)
    code.add(.r2, Self.record)
    code.move(.r3, DescriptorIteratorRecord.byteCount)
    code.call(.writeSequence)
    code.mark(done)
    code.exit(0)
    return code.finish()
  }

  /// Writes the id of the process to which the task in r7 belongs.
  private mutating func writeProcess(orElse fail: Assembler.Label) {
    for offset in [layout.taskLeader, layout.taskPID] {
      code.copy(8, from: .r7, offset, to: .frame, Self.scratch, orElse: fail)
      code.load(.r7, .frame, Self.scratch)
    }
    code.copy(4, from: .r7, numberOffset, to: .frame, Self.record + 24, orElse: fail)
  }

  /// Writes the VM, the id and the thread of the vCPU whose address is in r8.
  private mutating func writeVCPU(orElse fail: Assembler.Label, noThread: Assembler.Label) {
    code.copy(8, from: .r8, layout.vcpuVM, to: .frame, Self.record + 16, orElse: fail)
    code.copy(4, from: .r8, layout.vcpuNumber, to: .frame, Self.record + 28, orElse: fail)
    code.copy(8, from: .r8, layout.vcpuPID, to: .frame, Self.scratch, orElse: fail)
    code.load(.r8, .frame, Self.scratch)
    code.jump(to: noThread, if: .r8, .equal, 0)
    code.copy(4, from: .r8, numberOffset, to: .frame, Self.record + 32, orElse: fail)
  }

  /// The offset, in struct pid, of the id that is valid in this process's PID namespace.
  private var numberOffset: Int {
    layout.pidNumbers + level * layout.pidNumberSize + layout.pidNumber
  }
}
