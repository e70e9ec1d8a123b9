import CVitals

/// Computes the positions of the slots of a Xen statistics table.
///
/// Slot *v* begins at `offset + v * stride`, in bytes. An entry uses the first `size` bytes of its
/// slot.
public struct XenTableLayout: Hashable, Sendable {
  /// The offset of slot 0, in bytes.
  public let offset: Int
  /// The size of an entry, in bytes.
  public let size: Int
  /// The distance between slots, in bytes.
  public let stride: Int
  /// The number of slots: one for each vCPU, or 1 in the table of a domain.
  public let count: Int
  /// The size of the table including the whole last slot, in bytes.
  public let byteCount: Int

  public static let defaultOffset = Int(VITALS_XEN_DEFAULT_OFFSET)
  public static let defaultStride = Int(VITALS_XEN_DEFAULT_STRIDE)
  /// The size of an entry with only the fields of the RFC (proposed for Xen in 2023), in bytes.
  public static let minimumSize = Int(VITALS_XEN_SMALLEST_ENTRY)
  /// The size of an entry with all fields that this version knows, in bytes.
  public static let fullSize = Int(VITALS_XEN_ENTRY_SIZE)

  /// Creates a layout and checks its values, but not whether the table fits into its memory.
  public init(
    offset: Int = defaultOffset, size: Int = minimumSize, stride: Int = defaultStride, count: Int
  ) throws(XenTableError) {
    let header = Int(VITALS_XEN_HEADER_SIZE)
    guard offset >= header, offset <= UInt32.max, offset.isMultiple(of: 8) else {
      throw .field(.offset, value: offset, rule: "a multiple of 8, at least \(header)")
    }
    guard size >= Self.minimumSize, size <= UInt32.max else {
      throw .field(.size, value: size, rule: "at least \(Self.minimumSize)")
    }
    guard stride >= size, stride <= UInt32.max, stride.isMultiple(of: 8) else {
      throw .field(.stride, value: stride, rule: "a multiple of 8, at least the size, \(size)")
    }
    guard count >= 0 else { throw .field(.count, value: count, rule: "at least 0") }
    guard let byteCount = Self.byteCount(offset: offset, stride: stride, count: count) else {
      throw .field(.count, value: count, rule: "small enough for a table of less than 2^63 bytes")
    }
    self.offset = offset
    self.size = size
    self.stride = stride
    self.count = count
    self.byteCount = byteCount
  }

  /// The size in bytes of this table with `count` slots, or `nil` if the size exceeds 2^63 bytes.
  public func byteCount(for count: Int) -> Int? {
    Self.byteCount(offset: offset, stride: stride, count: count)
  }

  /// The size of the table in pages of 4096 bytes, rounded up.
  ///
  /// A hypervisor provides the table in such pages.
  public var frameCount: Int {
    byteCount / 4096 + (byteCount.isMultiple(of: 4096) ? 0 : 1)
  }

  /// The number of slots that fit into `available` bytes.
  public func slotCount(in available: Int) -> Int {
    available > offset ? (available - offset) / stride : 0
  }

  /// The offset of a slot.
  ///
  /// - Precondition: The table has the slot.
  public func offset(ofEntry index: Int) -> Int {
    precondition(index >= 0 && index < count, "slot \(index) of a table of \(count)")
    return offset + index * stride
  }

  /// The range of the bytes of a slot that contain fields.
  ///
  /// - Precondition: The table has the slot.
  public func bytes(ofEntry index: Int) -> Range<Int> {
    let start = offset(ofEntry: index)
    return start..<start + size
  }

  /// The range of the bytes of a slot after its fields.
  ///
  /// - Precondition: The table has the slot.
  public func tail(ofEntry index: Int) -> Range<Int> {
    let start = offset(ofEntry: index)
    return start + size..<start + stride
  }

  /// Checks that the table fits into `available` bytes.
  public func validate(in available: Int) throws(XenTableError) {
    guard byteCount <= available else {
      throw .beyondEnd(needed: byteCount, available: available)
    }
  }

  private static func byteCount(offset: Int, stride: Int, count: Int) -> Int? {
    let (slots, isTooMuch) = stride.multipliedReportingOverflow(by: count)
    guard count >= 0, !isTooMuch else { return nil }
    let (end, isBeyond) = slots.addingReportingOverflow(offset)
    return isBeyond ? nil : end
  }
}
