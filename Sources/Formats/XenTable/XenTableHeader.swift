import CVitals
public import LinuxSystem

/// Reads the header of a table and checks that the table fits into its memory.
public struct XenTableHeader: Hashable, Sendable {
  public let kind: XenTableKind
  public let layout: XenTableLayout
  /// The Vitals extension of the header, or `nil` in a table without the extension.
  ///
  /// The RFC (the table proposed for Xen in October 2023) has no such extension.
  public let mark: XenTableMark?
  /// The length of the header in bytes, as the table states it.
  public let length: Int

  /// Validates a header.
  ///
  /// Call this before you use any other part of the table.
  ///
  /// The number of slots is `count`. If `count` is `nil`, the number of slots is the count in the
  /// mark. In a table of vCPUs without a mark, the number of slots is then the number that fits
  /// into the memory. In this case, slots after the last vCPU might read as entries of zeros.
  public init(
    validating mapping: borrowing Mapping, kind: XenTableKind, count: Int? = nil
  ) throws(XenTableError) {
    guard mapping.byteCount >= Int(VITALS_XEN_HEADER_SIZE) else {
      throw .truncated(available: mapping.byteCount)
    }
    let magic = mapping.loadAcquiring(UInt32.self, at: 0)
    guard !mapping.isBroken else { throw .shrunk }
    try Self.check(magic: magic, of: kind)
    func number(_ offset: Int) -> Int { Int(mapping.loadRelaxed(UInt32.self, at: offset)) }
    let empty = try XenTableLayout(offset: number(4), size: number(8), stride: number(12), count: 0)
    try empty.validate(in: mapping.byteCount)
    let marked = try Self.marked(mapping, empty)
    let room = empty.slotCount(in: mapping.byteCount)
    if let count, let maximum = marked?.count, count > maximum {
      throw .field(.count, value: count, rule: "at most that of the table, \(maximum)")
    }
    let known = kind == .domain ? 1 : room
    let layout = try XenTableLayout(
      offset: empty.offset, size: empty.size, stride: empty.stride,
      count: count ?? marked?.count ?? known)
    try layout.validate(in: mapping.byteCount)
    if kind == .domain, layout.count != 1 {
      throw .field(.count, value: layout.count, rule: "1 in a domain's table")
    }
    self.kind = kind
    self.layout = layout
    length = marked?.length ?? Int(VITALS_XEN_HEADER_SIZE)
    mark = marked == nil ? nil : XenTableMark(from: mapping)
  }

  private static func check(magic: UInt32, of kind: XenTableKind) throws(XenTableError) {
    switch magic {
    case kind.magic: return
    case kind.magic.byteSwapped: throw .otherByteOrder(magic: magic)
    case 0, UInt32(VITALS_XEN_CLAIMED): throw .unannounced
    default: throw .unknownMagic(magic, expected: kind.magic)
    }
  }

  /// Reads the length and count from the mark; returns `nil` if the table has no mark.
  private static func marked(
    _ mapping: borrowing Mapping, _ layout: XenTableLayout
  ) throws(XenTableError) -> (length: Int, count: Int)? {
    let minimum = XenTableMark.headerLength
    guard layout.offset >= minimum,
      mapping.loadRelaxed(UInt32.self, at: Int(VITALS_XEN_AT_MARK)) == VITALS_XEN_MARK_MAGIC
    else { return nil }
    let length = Int(mapping.loadRelaxed(UInt32.self, at: Int(VITALS_XEN_AT_LENGTH)))
    guard length >= minimum, length <= layout.offset else {
      throw .field(
        .length, value: length, rule: "from \(minimum) to the offset, \(layout.offset)")
    }
    return (length, Int(mapping.loadRelaxed(UInt32.self, at: Int(VITALS_XEN_AT_COUNT))))
  }

  func slot(_ index: Int) -> XenSlot {
    XenSlot(start: layout.offset(ofEntry: index), size: layout.size, isMarked: mark != nil)
  }
}
