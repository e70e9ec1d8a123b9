/// Writes the programs that look at descriptors of the process that runs them.
///
/// They take numbers of descriptors, never addresses: what they read is what an open file of the
/// caller leads to, whose operations are those of KVM. So the caller's descriptors keep it from
/// going away, and a wrong number is refused.
struct StatsReaderProgram {
  // The stack, from its end.
  private static let scratch = -8
  private static let files = -16
  private static let fileCount = -24
  private static let counter = -32
  /// The requests that are read for each time that the kernel counts, which is a call.
  private static let largestGroup = 8
  /// What the store has for a request: the object that was found or 0, and its kind.
  private static let foundByteCount = 16
  /// The length of the store.
  static let storeByteCount = foundByteCount * BPFRequestBuffer.capacity

  let layout: KernelLayout
  private let exchange: BPFRequestBuffer
  private let array: CInt
  private let store: CInt
  private var text = Assembler()

  /// - Parameters:
  ///   - layout: where the kernel has what.
  ///   - array: the array of the exchange.
  ///   - store: where the program keeps what it has found.
  init(_ layout: KernelLayout, array: CInt, store: CInt) {
    self.layout = layout
    self.array = array
    self.store = store
    exchange = BPFRequestBuffer(layout)
  }

  /// Reads of each file its kind and object, and at which depth of PID namespaces the caller is.
  consuming func calibration() -> [UInt64] {
    let fail = text.label()
    begin(orElse: fail)
    text.call(.getCurrentTask)
    text.move(.r9, .r0)
    load(.r9, at: .r9, layout.taskLeader, orElse: fail)
    load(.r9, at: .r9, layout.taskPID, orElse: fail)
    load(.r9, at: .r9, layout.pidLevel, .word32, orElse: fail)
    text.store(.r9, at: .r6, BPFRequestBuffer.levelOffset)
    forEachGroup { writer, position in
      writer.findFile(position) { writer, next in
        writer.text.move(.r9, .r1)
        writer.load(.r1, at: .r9, writer.layout.fileOperations, orElse: next)
        writer.text.store(.r1, at: .r8, 8)
        writer.load(.r1, at: .r9, writer.layout.fileObject, orElse: next)
        writer.text.store(.r1, at: .r8, 16)
        writer.text.store(0, at: .r8, 0)
      }
    }
    end(fail)
    return text.finish()
  }

  /// Reads of each file the identity and the statistics of what it is of.
  ///
  /// All objects are looked for before the first is copied: the processor waits for several of
  /// them at once.
  consuming func records(_ kinds: FileKinds) -> [UInt64] {
    let fail = text.label()
    begin(orElse: fail)
    forEachGroup { writer, position in
      writer.findSlot(position)
      writer.text.store(0, at: .r1, 0)
      writer.findFile(position) { writer, next in writer.identify(position, kinds, orElse: next) }
    }
    forEachGroup { writer, position in writer.copyStatistics(position) }
    end(fail)
    return text.finish()
  }

  // MARK: - Parts

  /// Leaves the exchange in r6, and the process's table of files on the stack.
  private mutating func begin(orElse fail: Assembler.Label) {
    text.set(.r6, valueOfArray: array)
    text.call(.getCurrentTask)
    text.jump(to: fail, if: .r0, .equal, 0)
    text.move(.r9, .r0)
    load(.r9, at: .r9, layout.taskFiles, orElse: fail)
    load(.r9, at: .r9, layout.filesTable, orElse: fail)
    load(.r1, at: .r9, layout.tableCount, .word32, orElse: fail)
    text.store(.r1, at: .frame, Self.fileCount)
    load(.r1, at: .r9, layout.tableFiles, orElse: fail)
    text.store(.r1, at: .frame, Self.files)
  }

  /// The requests that are read together; the kernel counts once for each group, which is a call.
  private var groupCount: Int { layout.counting == nil ? 1 : Self.largestGroup }

  /// Does `body` for each position of each group of requests, whose first is in r7.
  private mutating func forEachGroup(_ body: (inout Self, Int) -> Void) {
    let (loop, over) = (text.label(), text.label())
    if let counting = layout.counting {
      counter(in: .r1)
      text.move(.r2, 0)
      text.move(.r3, BPFRequestBuffer.capacity / groupCount)
      text.call(function: counting.make)
      text.mark(loop)
      counter(in: .r1)
      text.call(function: counting.next)
      text.jump(to: over, if: .r0, .equal, 0)
      text.load(.r7, .r0, 0, .word32)
      text.jump(to: over, if: .r7, .atLeast, BPFRequestBuffer.capacity / groupCount)
      text.multiply(.r7, by: groupCount)
    } else {
      text.move(.r7, 0)
      text.mark(loop)
      text.jump(to: over, if: .r7, .atLeast, BPFRequestBuffer.capacity)
    }
    text.load(.r1, .r6, BPFRequestBuffer.countOffset)
    text.jump(to: over, if: .r7, .atLeast, .r1)
    for position in 0..<groupCount { body(&self, position) }
    text.add(.r7, groupCount)
    text.jump(to: loop)
    text.mark(over)
    if let counting = layout.counting {
      counter(in: .r1)
      text.call(function: counting.end)
    }
  }

  private mutating func counter(in register: Register) {
    text.move(register, .frame)
    text.add(register, Self.counter)
  }

  /// Leaves in r8 the record of a position of the group.
  private mutating func findRecord(_ position: Int) {
    text.move(.r8, .r7)
    text.add(.r8, position)
    text.multiply(.r8, by: exchange.recordByteCount)
    text.add(.r8, .r6)
    text.add(.r8, BPFRequestBuffer.recordsOffset)
  }

  /// Leaves in r1 what the store has of a position of the group.
  private mutating func findSlot(_ position: Int) {
    text.set(.r1, valueOfArray: store)
    text.move(.r2, .r7)
    text.add(.r2, position)
    text.multiply(.r2, by: Self.foundByteCount)
    text.add(.r1, .r2)
  }

  /// Does `body` with the record's address in r8, the wanted kind in r9 and the file's address in
  /// r1; what fails jumps to the label it is given.
  private mutating func findFile(
    _ position: Int, _ body: (inout Self, Assembler.Label) -> Void
  ) {
    let next = text.label()
    text.load(.r1, .r6, BPFRequestBuffer.countOffset)
    text.move(.r2, .r7)
    text.add(.r2, position)
    text.jump(to: next, if: .r2, .atLeast, .r1)
    findRecord(position)
    text.store(1, at: .r8, 0)
    text.move(.r1, .r7)
    text.add(.r1, position)
    text.multiply(.r1, by: BPFRequestBuffer.requestByteCount)
    text.add(.r1, .r6)
    text.load(.r2, .r1, BPFRequestBuffer.requestsOffset, .word32)
    text.load(.r9, .r1, BPFRequestBuffer.requestsOffset + 4, .word32)
    text.load(.r1, .frame, Self.fileCount)
    text.jump(to: next, if: .r2, .atLeast, .r1)
    text.multiply(.r2, by: 8)
    text.load(.r3, .frame, Self.files)
    text.add(.r3, .r2)
    load(.r1, at: .r3, 0, orElse: next)
    text.jump(to: next, if: .r1, .equal, 0)
    body(&self, next)
    text.mark(next)
  }

  /// Writes the identity of what the file in r1 is of, and stores its address and kind.
  private mutating func identify(
    _ position: Int, _ kinds: FileKinds, orElse next: Assembler.Label
  ) {
    let (vm, found) = (text.label(), text.label())
    text.jump(to: vm, if: .r9, .notEqual, Int(KernelObject.vcpu.rawValue))
    enter(kinds.vcpu, orElse: next)
    load(.r1, at: .r9, layout.vcpuVM, orElse: next)
    text.store(.r1, at: .r8, 8)
    load(.r1, at: .r9, layout.vcpuNumber, .word32, orElse: next)
    text.store(.r1, at: .r8, 16)
    text.move(.r8, Int(KernelObject.vcpu.rawValue))
    text.jump(to: found)
    text.mark(vm)
    text.jump(to: next, if: .r9, .notEqual, Int(KernelObject.vm.rawValue))
    enter(kinds.vm, orElse: next)
    text.store(.r9, at: .r8, 8)
    text.store(0, at: .r8, 16)
    text.move(.r8, Int(KernelObject.vm.rawValue))
    text.mark(found)
    findSlot(position)
    text.store(.r9, at: .r1, 0)
    text.store(.r8, at: .r1, 8)
  }

  /// Leaves in r9 the object of the file in r1, whose operations must be these.
  private mutating func enter(_ operations: UInt64, orElse next: Assembler.Label) {
    text.move(.r9, .r1)
    load(.r1, at: .r9, layout.fileOperations, orElse: next)
    text.set(.r2, operations)
    text.jump(to: next, if: .r1, .notEqual, .r2)
    load(.r9, at: .r9, layout.fileObject, orElse: next)
  }

  /// Copies the statistics of the object that was found for a position.
  private mutating func copyStatistics(_ position: Int) {
    let (vm, done, next) = (text.label(), text.label(), text.label())
    findSlot(position)
    text.load(.r9, .r1, 0)
    text.jump(to: next, if: .r9, .equal, 0)
    text.load(.r1, .r1, 8)
    findRecord(position)
    text.jump(to: vm, if: .r1, .notEqual, Int(KernelObject.vcpu.rawValue))
    text.copy(
      layout.vcpuByteCount, from: .r9, layout.vcpuStatistics, to: .r8,
      BPFRequestBuffer.wordsOffset, orElse: next)
    text.jump(to: done)
    text.mark(vm)
    text.copy(
      layout.vmByteCount, from: .r9, layout.vmStatistics, to: .r8,
      BPFRequestBuffer.wordsOffset, orElse: next)
    text.mark(done)
    text.store(0, at: .r8, 0)
    text.mark(next)
  }

  /// Loads from the kernel's memory; the registers of arguments are lost.
  ///
  /// A bad address gives 0 or goes to the label. Without the cast a load is a call, at a tenth of
  /// what a whole vCPU takes.
  private mutating func load(
    _ destination: Register, at address: Register, _ offset: Int, _ width: BPFWidth = .word64,
    orElse fail: Assembler.Label
  ) {
    guard let cast = layout.cast else {
      text.store(0, at: .frame, Self.scratch)
      text.copy(
        width == .word64 ? 8 : 4, from: address, offset, to: .frame, Self.scratch, orElse: fail)
      text.load(destination, .frame, Self.scratch, width)
      return
    }
    let field = width == .word64 ? layout.tableFiles : layout.tableCount
    text.move(.r1, address)
    text.add(.r1, offset - field)
    text.move(.r2, Int(cast.type))
    text.call(function: cast.function)
    text.load(destination, .r0, field, width)
  }

  private mutating func end(_ fail: Assembler.Label) {
    text.exit(0)
    text.mark(fail)
    text.exit(1)
  }
}
