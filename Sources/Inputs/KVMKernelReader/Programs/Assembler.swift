/// Assembles a BPF program from instructions and labels.
struct Assembler {
  /// A target of jumps.
  ///
  /// `mark` sets the position of the target.
  struct Label: Hashable {
    fileprivate let number: Int
  }

  private var instructions: [BPFInstruction] = []
  /// For each label, the index of the instruction that follows it; nil before `mark`.
  private var positions: [Int?] = []
  private var jumps: [(instruction: Int, label: Label)] = []

  /// Creates a label without a position.
  mutating func label() -> Label {
    positions.append(nil)
    return Label(number: positions.count - 1)
  }

  /// Sets the position of a label to the next instruction.
  mutating func mark(_ label: Label) {
    precondition(positions[label.number] == nil, "the label has a position already")
    positions[label.number] = instructions.count
  }

  /// Resolves all jumps and returns the words of the program.
  ///
  /// - Precondition: `mark` was called for each label that a jump uses.
  consuming func finish() -> [UInt64] {
    for jump in jumps {
      guard let position = positions[jump.label.number] else {
        preconditionFailure("a jump to a label without a position")
      }
      instructions[jump.instruction].offset = Int16(position - jump.instruction - 1)
    }
    return instructions.map(\.word)
  }

  // MARK: - Registers

  mutating func move(_ destination: Register, _ source: Register) {
    append(0xbf, destination, source.rawValue)
  }

  mutating func move(_ destination: Register, _ value: Int) {
    append(0xb7, destination, value: Int32(value))
  }

  /// Sets all 64 bits of a register.
  ///
  /// The instruction takes the space of two.
  mutating func set(_ destination: Register, _ value: UInt64) {
    setWide(destination, kind: 0, UInt32(truncatingIfNeeded: value), UInt32(value >> 32))
  }

  /// Sets a register to the address of the value in a BPF array that has only one value.
  mutating func set(_ destination: Register, valueOfArray number: CInt) {
    setWide(destination, kind: 2, UInt32(number), 0)
  }

  private mutating func setWide(
    _ destination: Register, kind: UInt8, _ low: UInt32, _ high: UInt32
  ) {
    append(0x18, destination, kind, value: Int32(bitPattern: low))
    append(0x00, .r0, value: Int32(bitPattern: high))
  }

  mutating func add(_ destination: Register, _ source: Register) {
    append(0x0f, destination, source.rawValue)
  }

  mutating func add(_ destination: Register, _ value: Int) {
    if value != 0 { append(0x07, destination, value: Int32(value)) }
  }

  mutating func multiply(_ destination: Register, by value: Int) {
    append(0x27, destination, value: Int32(value))
  }

  // MARK: - Memory

  mutating func load(
    _ destination: Register, _ address: Register, _ offset: Int, _ width: BPFWidth = .word64
  ) {
    append(0x61 | width.rawValue, destination, address.rawValue, offset)
  }

  mutating func store(
    _ source: Register, at address: Register, _ offset: Int, _ width: BPFWidth = .word64
  ) {
    append(0x63 | width.rawValue, address, source.rawValue, offset)
  }

  mutating func store(
    _ value: Int, at address: Register, _ offset: Int, _ width: BPFWidth = .word64
  ) {
    append(0x62 | width.rawValue, address, 0, offset, value: Int32(value))
  }

  // MARK: - Calls and jumps

  mutating func call(_ helper: BPFHelper) {
    append(0x85, .r0, value: helper.rawValue)
  }

  /// Calls a kernel function by its BTF id.
  mutating func call(function: UInt32) {
    append(0x85, .r0, 2, value: Int32(function))
  }

  mutating func exit(_ result: Int) {
    move(.r0, result)
    append(0x95, .r0)
  }

  mutating func jump(to label: Label) {
    jumps.append((instructions.count, label))
    append(0x05, .r0)
  }

  mutating func jump(
    to label: Label, if register: Register, _ condition: BPFCondition, _ value: Int
  ) {
    jumps.append((instructions.count, label))
    append(0x05 | condition.rawValue, register, value: Int32(value))
  }

  mutating func jump(
    to label: Label, if register: Register, _ condition: BPFCondition, _ other: Register
  ) {
    jumps.append((instructions.count, label))
    append(0x0d | condition.rawValue, register, other.rawValue)
  }

  private mutating func append(
    _ opcode: UInt8, _ destination: Register, _ source: UInt8 = 0, _ offset: Int = 0,
    value: Int32 = 0
  ) {
    instructions.append(
      BPFInstruction(
        opcode: opcode, destination: destination, source: source, offset: Int16(offset),
        immediate: value))
  }
}

extension Assembler {
  /// Copies bytes from kernel memory (`bpf_probe_read_kernel`).
  ///
  /// The call overwrites r0 to r5.
  ///
  /// - Parameters:
  ///   - count: The number of bytes.
  ///   - source: The register with the address in the kernel.
  ///   - offset: The value to add to `source`.
  ///   - destination: The register with the address of the destination.
  ///   - destinationOffset: The value to add to `destination`.
  ///   - label: The jump target if the address is invalid. An invalid address causes no fault.
  mutating func copy(
    _ count: Int, from source: Register, _ offset: Int, to destination: Register,
    _ destinationOffset: Int, orElse label: Label
  ) {
    move(.r3, source)
    add(.r3, offset)
    move(.r1, destination)
    add(.r1, destinationOffset)
    move(.r2, count)
    call(.readKernel)
    jump(to: label, if: .r0, .notEqual, 0)
  }
}
