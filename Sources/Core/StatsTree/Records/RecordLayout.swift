import Statistics

/// Where the words of all records of a backing lie.
struct RecordLayout: Sendable {
  /// A word that lies in a record's bytes.
  private struct Place: Sendable {
    let word: Int
    let width: RecordWidth
    let offset: Int
  }

  /// A word that a closure knows, and what says that it has no value.
  private struct Call: Sendable {
    let word: Int
    let marker: UInt64
  }

  /// The bytes that a record has to have.
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

  /// Writes the words of a record, the bytes of which are long enough.
  func fill(_ words: inout MutableSpan<UInt64>, of record: BoundRecord, _ bytes: Span<UInt8>) {
    // By index: unoptimized, an iterator allocates for each element.
    for index in places.indices {
      words[places[index].word] = places[index].width.word(in: bytes, at: places[index].offset)
    }
    for index in calls.indices {
      words[calls[index].word] = record.calls[index]() ?? calls[index].marker
    }
  }
}

/// A record as a pass needs it, without its type: a pass that asked for that at each record took
/// three times as long.
struct BoundRecord: Sendable {
  /// Lends its bytes; nil where all its fields have closures.
  let read: (@Sendable ((Span<UInt8>) -> Void) -> Void)?
  /// Those of its fields, in their order.
  let calls: [@Sendable () -> UInt64?]
  /// Sets a field to zero.
  let clear: @Sendable (Int) -> Clearing
}
