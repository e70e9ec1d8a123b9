import Glibc
public import Statistics

/// Describes a statistic of a program's own records and tells where its value is.
///
/// ```swift
/// RecordField("packets", .u64, at: 0)
/// RecordField("queue", .u32, at: 8, .instant)
/// RecordField("frames") { $0.camera.frames } clear: { $0.camera.frames = 0 }
/// ```
public struct RecordField<Record: Sendable>: Sendable {
  /// The statistic of the field; the backing sets the offset of the statistic's word in a sample.
  public let statistic: Statistic
  @usableFromInline
  let place: Place

  @usableFromInline
  enum Place: Sendable {
    case bytes(RecordWidth, offset: Int)
    case closure(get: @Sendable (Record) -> UInt64?, clear: (@Sendable (Record) -> Void)?)
  }

  /// Creates a field whose value is in the bytes of each record.
  ///
  /// - Parameters:
  ///   - name: The name of the statistic.
  ///   - width: The size and signedness of the value.
  ///   - offset: The offset in bytes, as `MemoryLayout.offset(of:)` returns it.
  ///   - kind: The kind; by default cumulative, or instant for a boolean.
  ///   - unit: The unit; ignored for a boolean.
  ///   - scale: The factor between the value and its unit.
  ///   - states: The names of a state's values; the value is the index.
  ///   - meaning: A sentence that describes the statistic.
  /// - Precondition: `offset` is not negative.
  public init(
    _ name: String, _ width: RecordWidth, at offset: Int, _ kind: Kind? = nil, unit: Unit = .none,
    scale: Scale = .one, states: [String] = [], meaning: String = ""
  ) {
    precondition(
      offset >= 0 && offset <= Int(Int32.max), "invalid offset \(offset) of field \(name)")
    statistic = Statistic(
      name, kind ?? (width == .bool ? .instant : .cumulative),
      unit: width == .bool ? .boolean : unit, scale: scale, isSigned: width.isSigned,
      states: states, meaning: meaning)
    place = .bytes(width, offset: offset)
  }

  /// Creates a field whose value a closure returns.
  ///
  /// - Parameters:
  ///   - name: The name of the statistic.
  ///   - kind: Tells how the values behave over time.
  ///   - unit: The unit.
  ///   - scale: The factor between the value and its unit.
  ///   - states: The names of a state's values; the value is the index.
  ///   - meaning: A sentence that describes the statistic.
  ///   - get: Returns the current value, or `nil` if there is no value. Each sampling calls this
  ///     closure, so the closure must not wait and should not allocate memory.
  ///   - clear: Sets the value to zero; `nil` if the value cannot be cleared.
  @inlinable
  public init<Number: FixedWidthInteger & SendableMetatype>(
    _ name: String, _ kind: Kind = .cumulative, unit: Unit = .none, scale: Scale = .one,
    states: [String] = [], meaning: String = "",
    get: @escaping @Sendable (Record) -> Number?,
    clear: (@Sendable (Record) -> Void)? = nil
  ) {
    statistic = Statistic(
      name, kind, unit: unit, scale: scale, isSigned: Number.isSigned, states: states,
      meaning: meaning)
    place = .closure(get: { get($0).map(Self.word) }, clear: clear)
  }

  /// Creates a boolean field whose value a closure returns.
  public init(
    _ name: String, meaning: String = "", get: @escaping @Sendable (Record) -> Bool?
  ) {
    statistic = Statistic(name, .instant, unit: .boolean, meaning: meaning)
    place = .closure(get: { get($0).map { $0 ? 1 : 0 } }, clear: nil)
  }

  /// Converts a value to a word; a value equal to the inactive marker ("no value") is changed by 1.
  @inlinable
  static func word<Number: FixedWidthInteger>(_ number: Number) -> UInt64 {
    guard Number.isSigned else { return min(UInt64(clamping: number), Inactive.unsigned - 1) }
    return UInt64(bitPattern: max(Int64(clamping: number), .min + 1))
  }

  /// Returns `true` if `clear` can clear the field; `writing` is the closure that changes bytes.
  func canClear(writing: RecordBacking<Record>.Writing?) -> Bool {
    guard statistic.isCount else { return false }
    return switch place {
    case .closure(_, let clear): clear != nil
    case .bytes: writing != nil
    }
  }

  /// Sets the field of a record to zero.
  func clear(_ record: Record, writing: RecordBacking<Record>.Writing?) -> Clearing {
    switch place {
    case .closure(_, let clear):
      guard let clear else { return .notPermitted }
      clear(record)
      return .cleared
    case .bytes(let width, let offset):
      guard let writing else { return .notPermitted }
      var answer = Clearing.failed(code: EIO)
      writing(record) { bytes in
        guard bytes.count >= offset + width.byteCount else { return }
        for step in 0..<width.byteCount { bytes[offset + step] = 0 }
        answer = .cleared
      }
      return answer
    }
  }
}
