import CVitals
public import LinuxSystem

/// Makes a Xen statistics table in shared memory and updates its entries.
///
/// One thread at a time updates an entry; different entries may be updated by different threads.
/// Nothing outside of an entry's first `size` bytes is stored once the table is announced.
public struct XenTableWriter<Entry: XenTableEntry>: ~Copyable, Sendable {
  public let layout: XenTableLayout
  public let mark: XenTableMark?
  private let mapping: Mapping

  /// Initialises the table and announces it.
  ///
  /// All of the memory is written before the magic is: a reader finds a whole table or none. Of
  /// writers that race for the same memory, one gets it. Entries are inactive until their first
  /// update. Without a mark the table has the RFC's two fields only. The first four bytes of the
  /// memory are 0, as a new file's are.
  ///
  /// - Throws: `claimed` where the memory is another writer's.
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

  /// Takes over a table whose writer has ended, with its entries as they are.
  ///
  /// An entry that the former writer left in the midst of an update stays closed until its next.
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
    if !hasMark, layout.size > XenTableLayout.smallestSize {
      throw .field(
        .size, value: layout.size,
        rule: "\(XenTableLayout.smallestSize) without a mark, which says whose fields follow")
    }
  }

  /// Replaces the numbers of an entry; what does not fit into the entry is left out.
  ///
  /// - Precondition: the table has the slot.
  public func update(_ index: Int, with entry: Entry) {
    slot(index).update(entry.fields, in: mapping)
  }

  /// Takes the numbers of an entry away: its vCPU is gone.
  ///
  /// - Precondition: the table has the slot.
  public func retire(_ index: Int) {
    slot(index).update(.inactive, in: mapping)
  }

  private func slot(_ index: Int) -> XenSlot {
    XenSlot(start: layout.offset(ofEntry: index), size: layout.size, isMarked: mark != nil)
  }
}
