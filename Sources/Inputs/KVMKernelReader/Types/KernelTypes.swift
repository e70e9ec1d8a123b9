import Statistics

/// Looks up types of the running kernel and of one of its modules.
struct KernelTypes {
  /// The maximum number of members that one lookup examines.
  ///
  /// No kernel structure has more members.
  private static let maximumMemberCount = 1 << 16
  /// The maximum nesting of anonymous structures.
  private static let maximumDepth = 16

  private let kernel: KernelTypeTable
  private let module: KernelTypeTable?

  /// Parses the contents of the BTF files of the kernel and of a module.
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

  /// Returns, for each name, the ids of the types that have the given kind and the name, in order.
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

  /// Returns the size of a structure or union, or nil for any other type.
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

  /// Returns the offset of a member in bytes.
  ///
  /// Also finds the members of anonymous structures.
  ///
  /// Returns nil if the structure has no such member, or if the member is a bit field.
  func offset(of member: String, in type: UInt32) -> Int? {
    var budget = Self.maximumMemberCount
    return bitOffset(of: Array(member.utf8) + [0], in: type, Self.maximumDepth, &budget).flatMap {
      $0.isMultiple(of: 8) ? $0 / 8 : nil
    }
  }

  private func bitOffset(
    of name: [UInt8], in type: UInt32, _ depth: Int, _ budget: inout Int
  ) -> Int? {
    guard depth > 0, let (table, position) = table(of: type) else { return nil }
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
      budget -= 1
      guard budget > 0 else { return nil }
      let member = position + 12 + 12 * index
      let nameOffset = span.uint32(at: member)
      let place = span.uint32(at: member + 8)
      let bits = Int(hasBitFields ? place & 0xff_ffff : place)
      if nameOffset == 0 {
        let inner = span.uint32(at: member + 4)
        if let found = bitOffset(of: name, in: inner, depth - 1, &budget) { return bits + found }
      } else if kernel.hasString(nameOffset, name) || module?.hasString(nameOffset, name) ?? false {
        return hasBitFields && place >> 24 != 0 ? nil : bits
      }
    }
    return nil
  }
}
