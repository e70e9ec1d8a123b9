/// Writes a program of BPF: instructions, with names for the places that jumps go to.
struct Assembler {
  /// A place in the program, which `mark` decides.
  struct Label: Hashable {
    fileprivate let number: Int
  }

  private var instructions: [BPFInstruction] = []
  /// By label, the instruction that it is before.
  private var places: [Int?] = []
  private var jumps: [(instruction: Int, label: Label)] = []

  /// A label that has no place yet.
  mutating func label() -> Label {
    places.append(nil)
    return Label(number: places.count - 1)
  }

  /// Puts a label before the next instruction.
  mutating func mark(_ label: Label) {
    precondition(places[label.number] == nil, "a label has one place")
    places[label.number] = instructions.count
  }

  /// The program's words, with all jumps decided.
  consuming func finish() -> [UInt64] {
    for jump in jumps {
      guard let place = places[jump.label.number] else {
        preconditionFailure("a jump goes to a label without a place")
      }
      instructions[jump.instruction].offset = Int16(place - jump.instruction - 1)
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

  /// Sets all 64 bits, in two slots.
  mutating func set(_ destination: Register, _ value: UInt64) {
    setWide(destination, kind: 0, UInt32(truncatingIfNeeded: value), UInt32(value >> 32))
  }

  /// Sets a register to the address of an array's only value.
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

  // MARK: - Ways

  mutating func call(_ helper: BPFHelper) {
    append(0x85, .r0, value: helper.rawValue)
  }

  /// Calls a function of the kernel by its number in the kernel's types.
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
    _ code: UInt8, _ destination: Register, _ source: UInt8 = 0, _ offset: Int = 0,
    value: Int32 = 0
  ) {
    instructions.append(
      BPFInstruction(
        code: code, destination: destination, source: source, offset: Int16(offset),
        immediate: value))
  }
}

extension Assembler {
  /// Copies from the kernel: `count` bytes at the address in `source`, plus `offset`, to
  /// `destination` plus `place`; a failure goes to `label`.
  ///
  /// A bad address is a failure, not a fault. Destroys the registers of arguments.
  mutating func copy(
    _ count: Int, from source: Register, _ offset: Int, to destination: Register, _ place: Int,
    orElse label: Label
  ) {
    move(.r3, source)
    add(.r3, offset)
    move(.r1, destination)
    add(.r1, place)
    move(.r2, count)
    call(.readKernel)
    jump(to: label, if: .r0, .notEqual, 0)
  }
}
