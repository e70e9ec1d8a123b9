/// Writes the programs that look at descriptors of the process that runs them.
///
/// They take numbers of descriptors, never addresses: what they read is what an open file of the
/// caller leads to, whose operations are those of KVM. So the caller's descriptors keep it from
/// going away, and a wrong number is refused.
struct RecordProgram {
  // The stack, from its end.
  private static let scratch = -8
  private static let files = -16
  private static let fileCount = -24
  private static let largestSpan = 256
  private static let span = -24 - largestSpan

  let layout: KernelLayout
  private let exchange: RecordExchange
  private let array: CInt
  private var text = Assembler()

  /// - Parameters:
  ///   - layout: where the kernel has what.
  ///   - array: the array of the exchange.
  init(_ layout: KernelLayout, array: CInt) {
    self.layout = layout
    self.array = array
    exchange = RecordExchange(layout)
  }

  /// Reads of each file its kind and object, and at which depth of PID namespaces the caller is.
  ///
  /// - Throws: `KernelLayout.Missing` where fields lie too far apart for a program's stack.
  consuming func calibration() throws(KernelLayout.Missing) -> [UInt64] {
    let fail = text.label()
    begin(orElse: fail)
    text.call(.getCurrentTask)
    text.move(.r9, .r0)
    follow(.r9, layout.taskLeader, orElse: fail)
    follow(.r9, layout.taskPID, orElse: fail)
    text.store(0, at: .frame, Self.scratch)
    text.copy(4, from: .r9, layout.pidLevel, to: .frame, Self.scratch, orElse: fail)
    text.load(.r1, .frame, Self.scratch)
    text.store(.r1, at: .r6, RecordExchange.levelOffset)
    try forEachFile { (writer: inout Self, next) in
      writer.text.store(.r1, at: .r8, 8)
      writer.text.store(.r2, at: .r8, 16)
      writer.text.store(0, at: .r8, 0)
    }
    end(fail)
    return text.finish()
  }

  /// Reads of each file the identity and the statistics of what it is of.
  ///
  /// - Throws: `KernelLayout.Missing` where fields lie too far apart for a program's stack.
  consuming func records(_ kinds: FileKinds) throws(KernelLayout.Missing) -> [UInt64] {
    let fail = text.label()
    let identity = try Self.span(
      layout.processorMachine, 8, layout.processorNumber, 4, "kvm_vcpu.vcpu_id near its kvm")
    let layout = layout
    begin(orElse: fail)
    try forEachFile { (writer: inout Self, next) in
      let machine = writer.text.label()
      let done = writer.text.label()
      writer.text.jump(to: machine, if: .r9, .notEqual, Int(KernelObject.processor.rawValue))
      writer.text.set(.r3, kinds.processor)
      writer.text.jump(to: next, if: .r1, .notEqual, .r3)
      writer.text.move(.r9, .r2)
      writer.text.copy(
        identity.count, from: .r9, identity.lowerBound, to: .frame, Self.span, orElse: next)
      writer.text.load(
        .r1, .frame, Self.span + layout.processorMachine - identity.lowerBound)
      writer.text.store(.r1, at: .r8, 8)
      writer.text.load(
        .r1, .frame, Self.span + layout.processorNumber - identity.lowerBound, .word32)
      writer.text.store(.r1, at: .r8, 16)
      writer.text.copy(
        layout.processorByteCount, from: .r9, layout.processorStatistics, to: .r8,
        RecordExchange.wordsOffset, orElse: next)
      writer.text.jump(to: done)
      writer.text.mark(machine)
      writer.text.jump(to: next, if: .r9, .notEqual, Int(KernelObject.machine.rawValue))
      writer.text.set(.r3, kinds.machine)
      writer.text.jump(to: next, if: .r1, .notEqual, .r3)
      writer.text.store(.r2, at: .r8, 8)
      writer.text.store(0, at: .r8, 16)
      writer.text.move(.r9, .r2)
      writer.text.copy(
        layout.machineByteCount, from: .r9, layout.machineStatistics, to: .r8,
        RecordExchange.wordsOffset, orElse: next)
      writer.text.mark(done)
      writer.text.store(0, at: .r8, 0)
    }
    end(fail)
    return text.finish()
  }

  // MARK: - Parts

  /// Leaves the exchange in r6, and the process's table of files on the stack.
  private mutating func begin(orElse fail: Assembler.Label) {
    text.set(.r6, valueOfArray: array)
    text.call(.getCurrentTask)
    text.move(.r9, .r0)
    follow(.r9, layout.taskFiles, orElse: fail)
    follow(.r9, layout.filesTable, orElse: fail)
    text.copy(8, from: .r9, layout.tableFiles, to: .frame, Self.files, orElse: fail)
    text.store(0, at: .frame, Self.fileCount)
    text.copy(4, from: .r9, layout.tableCount, to: .frame, Self.fileCount, orElse: fail)
  }

  /// Replaces an address by that which lies at it.
  private mutating func follow(
    _ register: Register, _ offset: Int, orElse fail: Assembler.Label
  ) {
    text.copy(8, from: register, offset, to: .frame, Self.scratch, orElse: fail)
    text.load(register, .frame, Self.scratch)
  }

  /// Does `body` for each request, with the record's address in r8, the wanted kind in r9, the
  /// file's operations in r1 and its object in r2; what fails jumps to the label.
  private mutating func forEachFile(
    _ body: (inout Self, Assembler.Label) -> Void
  ) throws(KernelLayout.Missing) {
    let file = try Self.span(
      layout.fileOperations, 8, layout.fileObject, 8, "file.private_data near its f_op")
    let (loop, next, end) = (text.label(), text.label(), text.label())
    text.move(.r7, 0)
    text.mark(loop)
    text.jump(to: end, if: .r7, .atLeast, RecordExchange.capacity)
    text.load(.r1, .r6, RecordExchange.countOffset)
    text.jump(to: end, if: .r7, .atLeast, .r1)
    text.move(.r8, .r7)
    text.multiply(.r8, by: exchange.recordByteCount)
    text.add(.r8, .r6)
    text.add(.r8, RecordExchange.recordsOffset)
    text.store(1, at: .r8, 0)
    text.move(.r1, .r7)
    text.multiply(.r1, by: RecordExchange.requestByteCount)
    text.add(.r1, .r6)
    text.load(.r2, .r1, RecordExchange.requestsOffset, .word32)
    text.load(.r9, .r1, RecordExchange.requestsOffset + 4, .word32)
    text.load(.r1, .frame, Self.fileCount)
    text.jump(to: next, if: .r2, .atLeast, .r1)
    text.multiply(.r2, by: 8)
    text.load(.r3, .frame, Self.files)
    text.add(.r3, .r2)
    text.copy(8, from: .r3, 0, to: .frame, Self.scratch, orElse: next)
    text.load(.r3, .frame, Self.scratch)
    text.jump(to: next, if: .r3, .equal, 0)
    text.copy(file.count, from: .r3, file.lowerBound, to: .frame, Self.span, orElse: next)
    text.load(.r1, .frame, Self.span + layout.fileOperations - file.lowerBound)
    text.load(.r2, .frame, Self.span + layout.fileObject - file.lowerBound)
    body(&self, next)
    text.mark(next)
    text.add(.r7, 1)
    text.jump(to: loop)
    text.mark(end)
  }

  private mutating func end(_ fail: Assembler.Label) {
    text.exit(0)
    text.mark(fail)
    text.exit(1)
  }

  /// The bytes from one field to another, which one copy takes; words in it stay aligned.
  private static func span(
    _ first: Int, _ firstCount: Int, _ second: Int, _ secondCount: Int, _ field: String
  ) throws(KernelLayout.Missing) -> Range<Int> {
    let span = min(first, second) / 8 * 8..<max(first + firstCount, second + secondCount)
    guard span.count <= largestSpan else { throw .init(field: field) }
    return span
  }
}
