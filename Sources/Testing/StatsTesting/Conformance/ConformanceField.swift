public import Statistics
public import StatsTree

/// A field of each record that `TreeConformance` creates.
public struct ConformanceField: Hashable, Sendable {
  public let name: String
  /// The size and signedness in a record; a source that keeps whole words may ignore it.
  public let width: RecordWidth
  public let kind: Kind
  /// The names of the states, by value.
  public let states: [String]

  init(_ name: String, _ width: RecordWidth, _ kind: Kind, states: [String] = []) {
    self.name = name
    self.width = width
    self.kind = kind
    self.states = states
  }

  /// The statistic of the field; its offset is not set.
  public var statistic: Statistic {
    Statistic(
      name, kind, unit: width == .bool ? .boolean : .none, isSigned: width.isSigned,
      states: states)
  }
}

extension ConformanceField {
  // The fields of upstream's tests.
  static let u64 = ConformanceField("u64", .u64, .cumulative)
  static let s32 = ConformanceField("s32", .s32, .instant)
  static let bo = ConformanceField("bo", .bool, .instant)
  static let u8 = ConformanceField("u8", .u8, .instant)
  static let s16 = ConformanceField("s16", .s16, .instant)
  // Further fields.
  static let u16 = ConformanceField("u16", .u16, .cumulative)
  static let u32 = ConformanceField("u32", .u32, .cumulative)
  static let s8 = ConformanceField("s8", .s8, .instant)
  static let s64 = ConformanceField("s64", .s64, .instant)
  static let level = ConformanceField("level", .u64, .instant)
  static let status = ConformanceField(
    "status", .u8, .state, states: ["uninitialized", "running", "halted"])

  static let all = [u64, s32, bo, u8, s16, u16, u32, s8, s64, level, status]
}

/// The values of a record, by the names of its fields.
struct ConformanceValues {
  var words: [String: UInt64]

  init(_ numbers: [String: Int64]) {
    words = numbers.mapValues { UInt64(bitPattern: $0) }
  }

  subscript(_ field: String) -> UInt64 { words[field] ?? 0 }

  static let a = Self(["u64": 64, "s32": Int64(Int32.min), "bo": 1, "u8": 127, "s16": 10_000])
  static let b = Self(["u64": 64, "s32": 32_767, "bo": 0, "u8": 255, "s16": -20_000])
}
