import CVitals

/// Where the slots of a Xen statistics table lie; the one place that computes it.
///
/// Slot *v* begins at `offset + v * stride`, in bytes. An entry fills the first `size` bytes of its
/// slot.
public struct XenTableLayout: Hashable, Sendable {
  /// The bytes from the start of the table to slot 0.
  public let offset: Int
  /// The bytes of an entry.
  public let size: Int
  /// The bytes from one slot to the next.
  public let stride: Int
  /// The number of slots: of vCPUs, or 1.
  public let count: Int
  /// The bytes of the table, with the whole last slot.
  public let byteCount: Int

  public static let defaultOffset = Int(VITALS_XEN_DEFAULT_OFFSET)
  public static let defaultStride = Int(VITALS_XEN_DEFAULT_STRIDE)
  /// The bytes of an entry that has only what the RFC proposed.
  public static let smallestSize = Int(VITALS_XEN_SMALLEST_ENTRY)
  /// The bytes of an entry with all fields that this version knows.
  public static let fullSize = Int(VITALS_XEN_ENTRY_SIZE)

  /// A layout that keeps all rules; how much memory there is does not count yet.
  public init(
    offset: Int = defaultOffset, size: Int = smallestSize, stride: Int = defaultStride, count: Int
  ) throws(XenTableError) {
    let header = Int(VITALS_XEN_HEADER_SIZE)
    guard offset >= header, offset <= UInt32.max, offset.isMultiple(of: 8) else {
      throw .field(.offset, value: offset, rule: "a multiple of 8, at least \(header)")
    }
    guard size >= Self.smallestSize, size <= UInt32.max else {
      throw .field(.size, value: size, rule: "at least \(Self.smallestSize)")
    }
    guard stride >= size, stride <= UInt32.max, stride.isMultiple(of: 8) else {
      throw .field(.stride, value: stride, rule: "a multiple of 8, at least the size, \(size)")
    }
    guard count >= 0 else { throw .field(.count, value: count, rule: "at least 0") }
    guard let byteCount = Self.byteCount(offset: offset, stride: stride, count: count) else {
      throw .field(.count, value: count, rule: "so few that the table has less than 2^63 bytes")
    }
    self.offset = offset
    self.size = size
    self.stride = stride
    self.count = count
    self.byteCount = byteCount
  }

  /// The bytes of the same table with another number of slots, or nil beyond 2^63.
  public func byteCount(for count: Int) -> Int? {
    Self.byteCount(offset: offset, stride: stride, count: count)
  }

  /// The bytes in whole pages of 4096, as a hypervisor hands them out.
  public var frameCount: Int {
    byteCount / 4096 + (byteCount.isMultiple(of: 4096) ? 0 : 1)
  }

  /// The slots that `available` bytes have room for.
  public func slotCount(in available: Int) -> Int {
    available > offset ? (available - offset) / stride : 0
  }

  /// The first byte of a slot.
  ///
  /// - Precondition: the table has the slot.
  public func offset(ofEntry index: Int) -> Int {
    precondition(index >= 0 && index < count, "slot \(index) of a table of \(count)")
    return offset + index * stride
  }

  /// The bytes of a slot that have fields.
  ///
  /// - Precondition: the table has the slot.
  public func bytes(ofEntry index: Int) -> Range<Int> {
    let start = offset(ofEntry: index)
    return start..<start + size
  }

  /// The bytes of a slot that no field lies in.
  ///
  /// - Precondition: the table has the slot.
  public func tail(ofEntry index: Int) -> Range<Int> {
    let start = offset(ofEntry: index)
    return start + size..<start + stride
  }

  /// Throws where the table does not lie in `available` bytes.
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
