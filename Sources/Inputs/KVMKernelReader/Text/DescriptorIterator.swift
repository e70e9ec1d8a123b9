import Statistics

/// What a walk found: a descriptor of KVM that some process has open.
package struct DescriptorIteratorRecord: Hashable {
  static let byteCount = 40

  package enum Kind: UInt32 {
    case vm
    case vcpu
    case vmStatistics
    case vcpuStatistics
  }

  package let kind: Kind
  /// Its number in the process.
  package let descriptor: CInt
  /// What tells the machine from all others of the host.
  package let vm: UInt64
  /// The process's number in this PID namespace.
  package let process: Int32
  /// The vCPU's number in its machine.
  package let vcpu: Int
  /// The thread that ran the vCPU last; 0 where none has.
  package let thread: Int32

  /// Reads what the program below wrote; nil where it is no such thing.
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

/// Writes the program that an iterator runs for each open descriptor of the host.
///
/// It writes a record for those whose operations are KVM's, where the process is the machine's own:
/// one that only watches has copies of a VMM's descriptors.
///
/// ```
///  0  kind u32, descriptor u32    8  object u64      16  machine u64
/// 24  process u32, vCPU u32      32  thread u32, 0 u32
/// ```
struct DescriptorIterator {
  private static let record = -DescriptorIteratorRecord.byteCount
  private static let scratch = record - 8
  private static let memory = scratch - 8

  let layout: KernelLayout
  let kinds: FileKinds
  /// How deep this process's PID namespace lies.
  let level: Int
  private var text = Assembler()

  init(_ layout: KernelLayout, _ kinds: FileKinds, level: Int) {
    self.layout = layout
    self.kinds = kinds
    self.level = level
  }

  consuming func finish() -> [UInt64] {
    let done = text.label()
    text.move(.r6, .r1)
    // The context of an iterator's last call has neither.
    text.load(.r7, .r6, layout.contextTask)
    text.jump(to: done, if: .r7, .equal, 0)
    text.load(.r8, .r6, layout.contextFile)
    text.jump(to: done, if: .r8, .equal, 0)
    text.load(.r1, .r8, layout.fileOperations)
    let (found, vcpu) = (text.label(), text.label())
    for (kind, operations) in [
      (DescriptorIteratorRecord.Kind.vm, kinds.vm), (.vcpu, kinds.vcpu),
      (.vmStatistics, kinds.vmStatistics),
      (.vcpuStatistics, kinds.vcpuStatistics),
    ] {
      let other = text.label()
      text.set(.r2, operations)
      text.jump(to: other, if: .r1, .notEqual, .r2)
      text.move(.r9, Int(kind.rawValue))
      text.jump(to: found)
      text.mark(other)
    }
    text.jump(to: done)
    text.mark(found)
    for offset in stride(from: 0, to: DescriptorIteratorRecord.byteCount, by: 8) {
      text.store(0, at: .frame, Self.record + offset)
    }
    text.store(.r9, at: .frame, Self.record, .word32)
    text.load(.r1, .r6, layout.contextNumber, .word32)
    text.store(.r1, at: .frame, Self.record + 4, .word32)
    text.load(.r8, .r8, layout.fileObject)
    text.store(.r8, at: .frame, Self.record + 8)
    text.store(.r8, at: .frame, Self.record + 16)
    text.copy(8, from: .r7, layout.taskMemory, to: .frame, Self.memory, orElse: done)
    writeProcess(orElse: done)
    text.jump(to: vcpu, if: .r9, .equal, Int(DescriptorIteratorRecord.Kind.vcpu.rawValue))
    text.jump(to: vcpu, if: .r9, .equal, Int(DescriptorIteratorRecord.Kind.vcpuStatistics.rawValue))
    let write = text.label()
    text.jump(to: write)
    text.mark(vcpu)
    writeVCPU(orElse: done, noThread: write)
    text.mark(write)
    text.load(.r8, .frame, Self.record + 16)
    text.copy(8, from: .r8, layout.vmMemory, to: .frame, Self.scratch, orElse: done)
    text.load(.r1, .frame, Self.scratch)
    text.load(.r2, .frame, Self.memory)
    text.jump(to: done, if: .r1, .notEqual, .r2)
    text.load(.r1, .r6, layout.contextMeta)
    text.load(.r1, .r1, layout.metaSequence)
    text.move(.r2, .frame)
    text.add(.r2, Self.record)
    text.move(.r3, DescriptorIteratorRecord.byteCount)
    text.call(.writeSequence)
    text.mark(done)
    text.exit(0)
    return text.finish()
  }

  /// Writes the process's number, of the task in r7.
  private mutating func writeProcess(orElse fail: Assembler.Label) {
    for offset in [layout.taskLeader, layout.taskPID] {
      text.copy(8, from: .r7, offset, to: .frame, Self.scratch, orElse: fail)
      text.load(.r7, .frame, Self.scratch)
    }
    text.copy(4, from: .r7, numberOffset, to: .frame, Self.record + 24, orElse: fail)
  }

  /// Writes the machine, number and thread of the vCPU in r8.
  private mutating func writeVCPU(orElse fail: Assembler.Label, noThread: Assembler.Label) {
    text.copy(8, from: .r8, layout.vcpuVM, to: .frame, Self.record + 16, orElse: fail)
    text.copy(4, from: .r8, layout.vcpuNumber, to: .frame, Self.record + 28, orElse: fail)
    text.copy(8, from: .r8, layout.vcpuPID, to: .frame, Self.scratch, orElse: fail)
    text.load(.r8, .frame, Self.scratch)
    text.jump(to: noThread, if: .r8, .equal, 0)
    text.copy(4, from: .r8, numberOffset, to: .frame, Self.record + 32, orElse: fail)
  }

  /// Where a struct pid has its number in this process's PID namespace.
  private var numberOffset: Int {
    layout.pidNumbers + level * layout.pidNumberSize + layout.pidNumber
  }
}
