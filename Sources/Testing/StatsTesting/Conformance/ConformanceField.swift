public import Statistics
public import StatsTree

/// A field of each record that `TreeConformance` creates.
public struct ConformanceField: Hashable, Sendable {
  public let name: String
  /// The size and signedness in a record; a source that keeps whole words is allowed to ignore
  /// both.
  public let width: RecordWidth
  public let kind: Kind
  /// The names of a state's values; the value is the index.
  public let states: [String]

  init(_ name: String, _ width: RecordWidth, _ kind: Kind, states: [String] = []) {
    self.name = name
    self.width = width
    self.kind = kind
    self.states = states
  }

  /// The statistic of the field; the offset of the statistic is not set.
  public var statistic: Statistic {
    Statistic(
      name, kind, unit: width == .bool ? .boolean : .none, isSigned: width.isSigned,
      states: states)
  }
}

extension ConformanceField {
  // The tests of upstream (statsfs) use the following fields.
  static let u64 = ConformanceField("u64", .u64, .cumulative)
  static let s32 = ConformanceField("s32", .s32, .instant)
  static let bo = ConformanceField("bo", .bool, .instant)
  static let u8 = ConformanceField("u8", .u8, .instant)
  static let s16 = ConformanceField("s16", .s16, .instant)
  // The following fields are in addition to those of statsfs.
  static let u16 = ConformanceField("u16", .u16, .cumulative)
  static let u32 = ConformanceField("u32", .u32, .cumulative)
  static let s8 = ConformanceField("s8", .s8, .instant)
  static let s64 = ConformanceField("s64", .s64, .instant)
  static let level = ConformanceField("level", .u64, .instant)
  static let status = ConformanceField(
    "status", .u8, .state, states: ["uninitialized", "running", "halted"])

  static let all = [u64, s32, bo, u8, s16, u16, u32, s8, s64, level, status]
}

/// The values of a record, by the names of the record's fields.
struct ConformanceValues {
  var words: [String: UInt64]

  init(_ numbers: [String: Int64]) {
    words = numbers.mapValues { UInt64(bitPattern: $0) }
  }

  subscript(_ field: String) -> UInt64 { words[field] ?? 0 }

  static let a = Self(["u64": 64, "s32": Int64(Int32.min), "bo": 1, "u8": 127, "s16": 10_000])
  static let b = Self(["u64": 64, "s32": 32_767, "bo": 0, "u8": 255, "s16": -20_000])
}
