import Glibc
public import Statistics

/// One statistic of a program's own records, and where its value comes from.
///
/// ```swift
/// RecordField("packets", .u64, at: 0)
/// RecordField("queue", .u32, at: 8, .instant)
/// RecordField("frames") { $0.camera.frames } clear: { $0.camera.frames = 0 }
/// ```
public struct RecordField<Record: Sendable>: Sendable {
  /// Its offset is that in a sample, and set by the backing.
  public let statistic: Statistic
  @usableFromInline
  let place: Place

  @usableFromInline
  enum Place: Sendable {
    case bytes(RecordWidth, offset: Int)
    case closure(get: @Sendable (Record) -> UInt64?, clear: (@Sendable (Record) -> Void)?)
  }

  /// A number in the bytes of each record.
  ///
  /// - Parameters:
  ///   - name: the statistic's name.
  ///   - width: how the number lies there.
  ///   - offset: the bytes before it, as `MemoryLayout.offset(of:)` tells them.
  ///   - kind: nil is cumulative, of a boolean instant.
  ///   - unit: what it is measured in; that of a boolean is always boolean.
  ///   - scale: the factor between the number and its unit.
  ///   - states: the names of a state, by value.
  ///   - meaning: what it says, in a sentence.
  /// - Precondition: the offset is not negative.
  public init(
    _ name: String, _ width: RecordWidth, at offset: Int, _ kind: Kind? = nil, unit: Unit = .none,
    scale: Scale = .one, states: [String] = [], meaning: String = ""
  ) {
    precondition(
      offset >= 0 && offset <= Int(Int32.max), "\(name) lies at byte \(offset) of its record")
    statistic = Statistic(
      name, kind ?? (width == .bool ? .instant : .cumulative),
      unit: width == .bool ? .boolean : unit, scale: scale, isSigned: width.isSigned,
      states: states, meaning: meaning)
    place = .bytes(width, offset: offset)
  }

  /// A number that a closure knows.
  ///
  /// - Parameters:
  ///   - name: the statistic's name.
  ///   - kind: how its values behave over time.
  ///   - unit: what it is measured in.
  ///   - scale: the factor between the number and its unit.
  ///   - states: the names of a state, by value.
  ///   - meaning: what it says, in a sentence.
  ///   - get: the number now; nil where there is none. Called in a pass: it does not wait, and
  ///     better allocates nothing.
  ///   - clear: sets it to zero, where that can be.
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

  /// A yes or no that a closure knows.
  public init(
    _ name: String, meaning: String = "", get: @escaping @Sendable (Record) -> Bool?
  ) {
    statistic = Statistic(name, .instant, unit: .boolean, meaning: meaning)
    place = .closure(get: { get($0).map { $0 ? 1 : 0 } }, clear: nil)
  }

  /// A number as a word that is not the inactive marker.
  @inlinable
  static func word<Number: FixedWidthInteger>(_ number: Number) -> UInt64 {
    guard Number.isSigned else { return min(UInt64(clamping: number), Inactive.unsigned - 1) }
    return UInt64(bitPattern: max(Int64(clamping: number), .min + 1))
  }

  /// Whether `clear` has a way, given one to change bytes.
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
