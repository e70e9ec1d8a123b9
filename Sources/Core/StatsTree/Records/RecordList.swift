/// Finds records by their tokens.
///
/// A token is an ID that is never reused.
///
/// The low 32 bits of a token are a position in the list. The high bits are the number of earlier
/// uses of that position.
struct RecordList: Sendable {
  private struct Slot {
    var record: BoundRecord?
    var uses = 0
  }

  private var slots: [Slot] = []
  private var free: [Int] = []

  private static func token(_ position: Int, _ uses: Int) -> Int { uses << 32 | position }

  mutating func add(_ record: BoundRecord) -> Int {
    if let position = free.popLast() {
      slots[position].record = record
      return Self.token(position, slots[position].uses)
    }
    precondition(slots.count < 1 << 32, "more than 2^32 records")
    slots.append(Slot(record: record))
    return slots.count - 1
  }

  /// Returns the record of a token, or `nil` if the record was removed.
  func record(_ token: Int) -> BoundRecord? {
    let position = token & 0xffff_ffff
    guard position < slots.count, slots[position].uses == token >> 32 else { return nil }
    return slots[position].record
  }

  /// Removes and returns the record of a token; returns `nil` if there is no such record.
  mutating func remove(_ token: Int) -> BoundRecord? {
    guard let record = record(token) else { return nil }
    let position = token & 0xffff_ffff
    slots[position].record = nil
    slots[position].uses += 1
    // The position is used again only while the number of its uses fits into the token.
    if slots[position].uses < Int(Int32.max) { free.append(position) }
    return record
  }
}
