/// A register of the BPF machine.
enum Register: UInt8 {
  /// The result of a call. At the end of the program, the result of the program.
  case r0
  /// The arguments of calls. A call overwrites these registers.
  case r1, r2, r3, r4, r5
  /// The registers that a call preserves.
  case r6, r7, r8, r9
  /// The end of the 512-byte stack, which grows downwards; read-only.
  case frame
}

/// The ids of the helper functions that the programs call.
enum BPFHelper: Int32 {
  case getCurrentTask = 35
  case readKernel = 113
  case writeSequence = 127
}

/// The width of a load or store.
enum BPFWidth: UInt8 {
  case word32 = 0x00
  case word64 = 0x18
}

/// The conditions of jumps.
///
/// The raw values are those of the instruction set.
enum BPFCondition: UInt8 {
  case equal = 0x10
  case atLeast = 0x30
  case notEqual = 0x50
}

/// One BPF instruction.
///
/// Source: kernel document `bpf/standardization/instruction-set.rst`.
struct BPFInstruction: Hashable {
  var opcode: UInt8
  var destination: Register = .r0
  var source: UInt8 = 0
  var offset: Int16 = 0
  var immediate: Int32 = 0

  /// The 8 bytes of the instruction in this system's byte order.
  var word: UInt64 {
    #if _endian(little)
    let registers = UInt64(source << 4 | destination.rawValue)
    return UInt64(opcode) | registers << 8 | UInt64(UInt16(bitPattern: offset)) << 16
      | UInt64(UInt32(bitPattern: immediate)) << 32
    #else
    let registers = UInt64(destination.rawValue << 4 | source)
    return UInt64(opcode) << 56 | registers << 48 | UInt64(UInt16(bitPattern: offset)) << 32
      | UInt64(UInt32(bitPattern: immediate))
    #endif
  }
}
