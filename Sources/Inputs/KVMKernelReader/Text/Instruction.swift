/// A register of the BPF machine.
enum Register: UInt8 {
  /// What a helper returned, and what the program returns.
  case r0
  /// The arguments of helpers, which calls destroy.
  case r1, r2, r3, r4, r5
  /// What calls leave alone.
  case r6, r7, r8, r9
  /// The end of the stack of 512 bytes, which grows downwards.
  case frame
}

/// A function of the kernel that programs may call, by its number.
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

/// What a conditional jump asks; the numbers are those of the instruction set.
enum BPFCondition: UInt8 {
  case equal = 0x10
  case atLeast = 0x30
  case notEqual = 0x50
}

/// One instruction of BPF as a word of memory: kernel document `bpf/standardization/instruction-set.rst`.
struct BPFInstruction: Hashable {
  var code: UInt8
  var destination: Register = .r0
  var source: UInt8 = 0
  var offset: Int16 = 0
  var immediate: Int32 = 0

  /// The 8 bytes as this system lays a number out.
  var word: UInt64 {
    #if _endian(little)
    let registers = UInt64(source << 4 | destination.rawValue)
    return UInt64(code) | registers << 8 | UInt64(UInt16(bitPattern: offset)) << 16
      | UInt64(UInt32(bitPattern: immediate)) << 32
    #else
    let registers = UInt64(destination.rawValue << 4 | source)
    return UInt64(code) << 56 | registers << 48 | UInt64(UInt16(bitPattern: offset)) << 32
      | UInt64(UInt32(bitPattern: immediate))
    #endif
  }
}
