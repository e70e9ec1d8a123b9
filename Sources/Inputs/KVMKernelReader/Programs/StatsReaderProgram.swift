/// Assembles the programs that read the kernel objects behind the calling process's KVM
/// descriptors.
///
/// A request contains a descriptor, never an address. The program looks up the caller's open file,
/// and uses the file only if its file operations are those of KVM. Therefore the program rejects a
/// wrong descriptor, and the caller's descriptor keeps the object allocated.
struct StatsReaderProgram {
  // Offsets on the stack, relative to its end.
  private static let scratch = -8
  private static let files = -16
  private static let fileCount = -24
  private static let counter = -32
  /// The maximum number of requests per loop iteration.
  ///
  /// Requests share iterations, because each iteration calls a kernel function.
  private static let maximumGroupCount = 8
  /// The size of a slot of the store.
  ///
  /// The store has one slot per request: the address of the object or 0, and the kind of the
  /// object.
  private static let slotByteCount = 16
  /// The size of the store in bytes.
  static let storeByteCount = slotByteCount * BPFRequestBuffer.capacity

  let layout: KernelLayout
  private let buffer: BPFRequestBuffer
  private let array: CInt
  private let store: CInt
  private var code = Assembler()

  /// Prepares a program.
  ///
  /// - Parameters:
  ///   - layout: The offsets in the kernel's structures.
  ///   - array: The BPF array with the layout of `BPFRequestBuffer`.
  ///   - store: The BPF array in which the program keeps the addresses of objects.
  init(_ layout: KernelLayout, array: CInt, store: CInt) {
    self.layout = layout
    self.array = array
    self.store = store
    buffer = BPFRequestBuffer(layout)
  }

  /// Assembles the program that reads, for each descriptor, the addresses of its file operations
  /// and of its object.
  ///
  /// The program also reads the depth of the caller's PID namespace.
  consuming func calibration() -> [UInt64] {
    let fail = code.label()
    begin(orElse: fail)
    code.call(.getCurrentTask)
    code.move(.r9, .r0)
    load(.r9, at: .r9, layout.taskLeader, orElse: fail)
    load(.r9, at: .r9, layout.taskPID, orElse: fail)
    load(.r9, at: .r9, layout.pidLevel, .word32, orElse: fail)
    code.store(.r9, at: .r6, BPFRequestBuffer.levelOffset)
    forEachGroup { program, position in
      program.findFile(position) { program, next in
        program.code.move(.r9, .r1)
        program.load(.r1, at: .r9, program.layout.fileOperations, orElse: next)
        program.code.store(.r1, at: .r8, 8)
        program.load(.r1, at: .r9, program.layout.fileObject, orElse: next)
        program.code.store(.r1, at: .r8, 16)
        program.code.store(0, at: .r8, 0)
      }
    }
    end(fail)
    return code.finish()
  }

  /// Assembles the program that reads the identity and the statistics of the object of each
  /// descriptor.
  ///
  /// The program finds all objects before it copies the first one, so that the CPU's cache misses
  /// overlap.
  consuming func records(_ kinds: FileKinds) -> [UInt64] {
    let fail = code.label()
    begin(orElse: fail)
    forEachGroup { program, position in
      program.findSlot(position)
      program.code.store(0, at: .r1, 0)
      program.findFile(position) { program, next in program.identify(position, kinds, orElse: next)
      }
    }
    forEachGroup { program, position in program.copyStatistics(position) }
    end(fail)
    return code.finish()
  }

  // MARK: - Parts

  /// Emits code that leaves the address of the array in r6, and the process's file table on the
  /// stack.
  private mutating func begin(orElse fail: Assembler.Label) {
    code.set(.r6, valueOfArray: array)
    code.call(.getCurrentTask)
    code.jump(to: fail, if: .r0, .equal, 0)
    code.move(.r9, .r0)
    load(.r9, at: .r9, layout.taskFiles, orElse: fail)
    load(.r9, at: .r9, layout.filesTable, orElse: fail)
    load(.r1, at: .r9, layout.tableCount, .word32, orElse: fail)
    code.store(.r1, at: .frame, Self.fileCount)
    load(.r1, at: .r9, layout.tableFiles, orElse: fail)
    code.store(.r1, at: .frame, Self.files)
  }

  /// The number of requests per loop iteration on this kernel.
  private var groupCount: Int { layout.counting == nil ? 1 : Self.maximumGroupCount }

  /// Emits a loop over groups of requests.
  ///
  /// In the loop, r7 contains the index of the group's first request.
  ///
  /// Calls `body` once for each position in a group, to emit the code for that position.
  private mutating func forEachGroup(_ body: (inout Self, Int) -> Void) {
    let (loop, over) = (code.label(), code.label())
    if let counting = layout.counting {
      counter(in: .r1)
      code.move(.r2, 0)
      code.move(.r3, BPFRequestBuffer.capacity / groupCount)
      code.call(function: counting.make)
      code.mark(loop)
      counter(in: .r1)
      code.call(function: counting.next)
      code.jump(to: over, if: .r0, .equal, 0)
      code.load(.r7, .r0, 0, .word32)
      code.jump(to: over, if: .r7, .atLeast, BPFRequestBuffer.capacity / groupCount)
      code.multiply(.r7, by: groupCount)
    } else {
      code.move(.r7, 0)
      code.mark(loop)
      code.jump(to: over, if: .r7, .atLeast, BPFRequestBuffer.capacity)
    }
    code.load(.r1, .r6, BPFRequestBuffer.countOffset)
    code.jump(to: over, if: .r7, .atLeast, .r1)
    for position in 0..<groupCount { body(&self, position) }
    code.add(.r7, groupCount)
    code.jump(to: loop)
    code.mark(over)
    if let counting = layout.counting {
      counter(in: .r1)
      code.call(function: counting.end)
    }
  }

  private mutating func counter(in register: Register) {
    code.move(register, .frame)
    code.add(register, Self.counter)
  }

  /// Emits code that leaves in r8 the address of the record at a position of the group.
  private mutating func findRecord(_ position: Int) {
    code.move(.r8, .r7)
    code.add(.r8, position)
    code.multiply(.r8, by: buffer.recordByteCount)
    code.add(.r8, .r6)
    code.add(.r8, BPFRequestBuffer.recordsOffset)
  }

  /// Emits code that leaves in r1 the address of the slot at a position of the group.
  private mutating func findSlot(_ position: Int) {
    code.set(.r1, valueOfArray: store)
    code.move(.r2, .r7)
    code.add(.r2, position)
    code.multiply(.r2, by: Self.slotByteCount)
    code.add(.r1, .r2)
  }

  /// Emits the lookup of a request's file.
  ///
  /// `body` emits the code that uses the file. At that point, r8 contains the address of the
  /// record, r9 the requested kind and r1 the address of the file. On failure, the code jumps to
  /// the label.
  private mutating func findFile(
    _ position: Int, _ body: (inout Self, Assembler.Label) -> Void
  ) {
    let next = code.label()
    code.load(.r1, .r6, BPFRequestBuffer.countOffset)
    code.move(.r2, .r7)
    code.add(.r2, position)
    code.jump(to: next, if: .r2, .atLeast, .r1)
    findRecord(position)
    code.store(1, at: .r8, 0)
    code.move(.r1, .r7)
    code.add(.r1, position)
    code.multiply(.r1, by: BPFRequestBuffer.requestByteCount)
    code.add(.r1, .r6)
    code.load(.r2, .r1, BPFRequestBuffer.requestsOffset, .word32)
    code.load(.r9, .r1, BPFRequestBuffer.requestsOffset + 4, .word32)
    code.load(.r1, .frame, Self.fileCount)
    code.jump(to: next, if: .r2, .atLeast, .r1)
    code.multiply(.r2, by: 8)
    code.load(.r3, .frame, Self.files)
    code.add(.r3, .r2)
    load(.r1, at: .r3, 0, orElse: next)
    code.jump(to: next, if: .r1, .equal, 0)
    body(&self, next)
    code.mark(next)
  }

  /// Emits code that writes an object's identity to the record.
  ///
  /// r1 contains the address of the object's file.
  ///
  /// The code also writes the address and the kind of the object to the store.
  private mutating func identify(
    _ position: Int, _ kinds: FileKinds, orElse next: Assembler.Label
  ) {
    let (vm, found) = (code.label(), code.label())
    code.jump(to: vm, if: .r9, .notEqual, Int(KernelObject.vcpu.rawValue))
    loadObject(kinds.vcpu, orElse: next)
    load(.r1, at: .r9, layout.vcpuVM, orElse: next)
    code.store(.r1, at: .r8, 8)
    load(.r1, at: .r9, layout.vcpuNumber, .word32, orElse: next)
    code.store(.r1, at: .r8, 16)
    code.move(.r8, Int(KernelObject.vcpu.rawValue))
    code.jump(to: found)
    code.mark(vm)
    code.jump(to: next, if: .r9, .notEqual, Int(KernelObject.vm.rawValue))
    loadObject(kinds.vm, orElse: next)
    code.store(.r9, at: .r8, 8)
    code.store(0, at: .r8, 16)
    code.move(.r8, Int(KernelObject.vm.rawValue))
    code.mark(found)
    findSlot(position)
    code.store(.r9, at: .r1, 0)
    code.store(.r8, at: .r1, 8)
  }

  /// Emits code that leaves in r9 the object of the file in r1.
  ///
  /// If the file has other operations, the code jumps to `next`.
  private mutating func loadObject(_ operations: UInt64, orElse next: Assembler.Label) {
    code.move(.r9, .r1)
    load(.r1, at: .r9, layout.fileOperations, orElse: next)
    code.set(.r2, operations)
    code.jump(to: next, if: .r1, .notEqual, .r2)
    load(.r9, at: .r9, layout.fileObject, orElse: next)
  }

  /// Emits code that copies the statistics of an object to its record.
  ///
  /// The object is in the store's slot of the position.
  private mutating func copyStatistics(_ position: Int) {
    let (vm, done, next) = (code.label(), code.label(), code.label())
    findSlot(position)
    code.load(.r9, .r1, 0)
    code.jump(to: next, if: .r9, .equal, 0)
    code.load(.r1, .r1, 8)
    findRecord(position)
    code.jump(to: vm, if: .r1, .notEqual, Int(KernelObject.vcpu.rawValue))
    code.copy(
      layout.vcpuByteCount, from: .r9, layout.vcpuStatistics, to: .r8,
      BPFRequestBuffer.wordsOffset, orElse: next)
    code.jump(to: done)
    code.mark(vm)
    code.copy(
      layout.vmByteCount, from: .r9, layout.vmStatistics, to: .r8,
      BPFRequestBuffer.wordsOffset, orElse: next)
    code.mark(done)
    code.store(0, at: .r8, 0)
    code.mark(next)
  }

  /// Emits a load from kernel memory, which overwrites r0 to r5.
  ///
  /// If the address is invalid, the load yields 0 or jumps to the label. Without `bpf_rdonly_cast`,
  /// each load is a call, which costs a tenth of the time for a whole vCPU.
  private mutating func load(
    _ destination: Register, at address: Register, _ offset: Int, _ width: BPFWidth = .word64,
    orElse fail: Assembler.Label
  ) {
    guard let cast = layout.cast else {
      code.store(0, at: .frame, Self.scratch)
      code.copy(
        width == .word64 ? 8 : 4, from: address, offset, to: .frame, Self.scratch, orElse: fail)
      code.load(destination, .frame, Self.scratch, width)
      return
    }
    let field = width == .word64 ? layout.tableFiles : layout.tableCount
    code.move(.r1, address)
    code.add(.r1, offset - field)
    code.move(.r2, Int(cast.type))
    code.call(function: cast.function)
    code.load(destination, .r0, field, width)
  }

  private mutating func end(_ fail: Assembler.Label) {
    code.exit(0)
    code.mark(fail)
    code.exit(1)
  }
}
