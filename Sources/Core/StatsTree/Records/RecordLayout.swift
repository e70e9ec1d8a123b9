import Statistics

/// Tells where each word of a backing's records comes from.
struct RecordLayout: Sendable {
  /// A word whose value is in the bytes of a record.
  private struct Place: Sendable {
    let word: Int
    let width: RecordWidth
    let offset: Int
  }

  /// A word whose value a closure returns; the marker is written if the closure returns no value.
  private struct Call: Sendable {
    let word: Int
    let marker: UInt64
  }

  /// The minimum size of a record in bytes.
  private(set) var byteCount = 0
  private var places: [Place] = []
  private var calls: [Call] = []

  init<Record>(_ fields: [RecordField<Record>]) {
    for (index, field) in fields.enumerated() {
      switch field.place {
      case .bytes(let width, let offset):
        places.append(Place(word: index, width: width, offset: offset))
        byteCount = max(byteCount, offset + width.byteCount)
      case .closure:
        let marker = field.statistic.isSigned ? Inactive.signed : Inactive.unsigned
        calls.append(Call(word: index, marker: marker))
      }
    }
  }

  /// Writes the words of a record; `bytes` must have at least `byteCount` elements.
  func fill(_ words: inout MutableSpan<UInt64>, of record: BoundRecord, _ bytes: Span<UInt8>) {
    // The loop uses indices, because an iterator allocates memory for each element in unoptimized
    // builds.
    for index in places.indices {
      words[places[index].word] = places[index].width.word(in: bytes, at: places[index].offset)
    }
    for index in calls.indices {
      words[calls[index].word] = record.calls[index]() ?? calls[index].marker
    }
  }
}

/// A record without its type; looking up the type for each record would triple the time of a pass.
struct BoundRecord: Sendable {
  /// Provides the bytes of the record; `nil` if all fields have closures.
  let read: (@Sendable ((Span<UInt8>) -> Void) -> Void)?
  /// The closures that return values, in the order of the fields.
  let calls: [@Sendable () -> UInt64?]
  /// Sets the field at an index to zero.
  let clear: @Sendable (Int) -> Clearing
}
