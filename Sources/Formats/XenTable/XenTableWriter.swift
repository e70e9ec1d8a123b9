import CVitals
public import LinuxSystem

/// Creates a Xen statistics table in shared memory and updates its entries.
///
/// Only one thread at a time must update an entry; different threads can update different entries.
/// After the initialisation, the writer changes only the first `size` bytes of entries.
public struct XenTableWriter<Entry: XenTableEntry>: ~Copyable, Sendable {
  public let layout: XenTableLayout
  public let mark: XenTableMark?
  private let mapping: Mapping

  /// Initialises the table and makes it visible to readers.
  ///
  /// The magic is stored after all other bytes, so that a reader finds either a complete table or
  /// no table. If several writers initialise the same memory, one of the writers succeeds. Entries
  /// have no values until their first update. Without a mark (the Vitals extension of the header),
  /// entries have only the two fields of the RFC (the table proposed for Xen in October 2023).
  ///
  /// - Precondition: The first four bytes of the memory are 0, as in a new file.
  /// - Throws: `claimed` if another writer owns the memory.
  public init(
    _ mapping: consuming Mapping, layout: XenTableLayout, mark: XenTableMark?
  ) throws(XenTableError) {
    try layout.validate(in: mapping.byteCount)
    try Self.validate(layout, hasMark: mark != nil)
    guard mapping.exchange(0, by: UInt32(VITALS_XEN_CLAIMED), at: 0) else {
      throw .claimed(magic: mapping.loadRelaxed(UInt32.self, at: 0))
    }
    mapping.fill(4..<mapping.byteCount, with: 0xff)
    mapping.storeRelaxed(UInt32(layout.offset), at: 4)
    mapping.storeRelaxed(UInt32(layout.size), at: 8)
    mapping.storeRelaxed(UInt32(layout.stride), at: 12)
    mark?.store(to: mapping, count: UInt32(layout.count))
    self.layout = layout
    self.mark = mark
    self.mapping = mapping
    for index in 0..<layout.count { slot(index).initialise(in: self.mapping) }
    self.mapping.storeReleasing(Entry.kind.magic, at: 0)
  }

  /// Continues a table whose writer has ended, and keeps its entries.
  ///
  /// If the update of an entry was not finished, readers cannot read the entry until its next
  /// update.
  public init(adopting mapping: consuming Mapping) throws(XenTableError) {
    let header = try XenTableHeader(validating: mapping, kind: Entry.kind)
    layout = header.layout
    mark = header.mark
    self.mapping = mapping
  }

  private static func validate(_ layout: XenTableLayout, hasMark: Bool) throws(XenTableError) {
    guard layout.count <= UInt32.max else {
      throw .field(.count, value: layout.count, rule: "at most \(UInt32.max)")
    }
    if Entry.kind == .domain, layout.count != 1 {
      throw .field(.count, value: layout.count, rule: "1 in a domain's table")
    }
    if hasMark, layout.offset < XenTableMark.headerLength {
      throw .field(
        .offset, value: layout.offset, rule: "at least \(XenTableMark.headerLength), for the mark")
    }
    if !hasMark, layout.size > XenTableLayout.minimumSize {
      throw .field(
        .size, value: layout.size,
        rule: "\(XenTableLayout.minimumSize) without a mark, which identifies further fields")
    }
  }

  /// Replaces the values of an entry.
  ///
  /// Fields that do not fit into the entry are left out.
  ///
  /// - Precondition: The table has the slot.
  public func update(_ index: Int, with entry: Entry) {
    slot(index).update(entry.fields, in: mapping)
  }

  /// Removes all values of an entry.
  ///
  /// Call this when the vCPU was removed.
  ///
  /// - Precondition: The table has the slot.
  public func retire(_ index: Int) {
    slot(index).update(.inactive, in: mapping)
  }

  private func slot(_ index: Int) -> XenSlot {
    XenSlot(start: layout.offset(ofEntry: index), size: layout.size, isMarked: mark != nil)
  }
}
