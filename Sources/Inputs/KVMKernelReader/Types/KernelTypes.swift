import Statistics

/// The types of a running kernel: its own, and those of a module on top of them.
struct KernelTypes {
  /// The members that one question may look at: more than any kernel's structures have.
  private static let mostMembers = 1 << 16
  /// How deep nameless structures may lie in each other.
  private static let mostLevels = 16

  private let kernel: KernelTypeTable
  private let module: KernelTypeTable?

  /// - Throws: `KernelTypeError`, which says what is wrong with the bytes.
  init(kernel: [UInt8], module: [UInt8]? = nil) throws(KernelTypeError) {
    let kernel = try KernelTypeTable(parsing: kernel)
    self.kernel = kernel
    if let module {
      self.module = try KernelTypeTable(parsing: module, after: kernel)
    } else {
      self.module = nil
    }
  }

  /// The number of types.
  var count: Int { Int((module ?? kernel).endOfTypes) - 1 }

  /// The numbers of the types of a kind that have one of some names, of each name in order.
  func types(_ kind: KernelTypeTable.Kind, named names: [String]) -> [[UInt32]] {
    var found = kernel.types(kind, named: names, nil)
    if let more = module?.types(kind, named: names, kernel) {
      for index in names.indices { found[index] += more[index] }
    }
    return found
  }

  private func table(of type: UInt32) -> (KernelTypeTable, Int)? {
    if let position = kernel.position(of: type) { return (kernel, position) }
    if let module, let position = module.position(of: type) { return (module, position) }
    return nil
  }

  /// The bytes that a structure takes, or nil where the number is of something else.
  func byteCount(of type: UInt32) -> Int? {
    guard let (table, position) = table(of: type) else { return nil }
    let kind = table.bytes.span.uint32(at: position + 4) >> 24 & 0x1f
    guard
      kind == KernelTypeTable.Kind.structure.rawValue || kind == KernelTypeTable.Kind.union.rawValue
    else {
      return nil
    }
    return Int(table.bytes.span.uint32(at: position + 8))
  }

  /// Where a member lies in a structure, in bytes; also one of a structure without a name in it.
  ///
  /// Nil where there is none with the name, and where it is a bit field.
  func offset(of member: String, in type: UInt32) -> Int? {
    var left = Self.mostMembers
    return bitOffset(of: Array(member.utf8) + [0], in: type, Self.mostLevels, &left).flatMap {
      $0.isMultiple(of: 8) ? $0 / 8 : nil
    }
  }

  private func bitOffset(
    of name: [UInt8], in type: UInt32, _ levels: Int, _ left: inout Int
  ) -> Int? {
    guard levels > 0, let (table, position) = table(of: type) else { return nil }
    let span = table.bytes.span
    let info = span.uint32(at: position + 4)
    let kind = info >> 24 & 0x1f
    guard
      kind == KernelTypeTable.Kind.structure.rawValue || kind == KernelTypeTable.Kind.union.rawValue
    else {
      return nil
    }
    let hasBitFields = info >> 31 == 1
    for index in 0..<Int(info & 0xffff) {
      left -= 1
      guard left > 0 else { return nil }
      let member = position + 12 + 12 * index
      let nameOffset = span.uint32(at: member)
      let place = span.uint32(at: member + 8)
      let bits = Int(hasBitFields ? place & 0xff_ffff : place)
      if nameOffset == 0 {
        let inner = span.uint32(at: member + 4)
        if let found = bitOffset(of: name, in: inner, levels - 1, &left) { return bits + found }
      } else if kernel.hasString(nameOffset, name) || module?.hasString(nameOffset, name) ?? false {
        return hasBitFields && place >> 24 != 0 ? nil : bits
      }
    }
    return nil
  }
}
