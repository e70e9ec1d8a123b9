/// Describes one quantity: its name, its unit, and where its words are in a record.
public struct Statistic: Hashable, Sendable {
  /// Tells how likely it is that the name and the meaning of a statistic change.
  public enum Stability: String, Hashable, Sendable {
    case stable
    case evolving
    case `internal`
  }

  /// Tells how much it costs the source of a statistic to maintain the value.
  public enum Cost: String, Hashable, Sendable {
    case free
    case cheap
    case heavy
  }

  /// The name that the source of the statistic uses.
  public var name: String
  public var kind: Kind
  /// The unit of the value; for a histogram, the unit of the bounds.
  public var unit: Unit
  public var scale: Scale
  /// The number of words: for a histogram the number of buckets, otherwise usually 1.
  public var size: Int
  /// The offset of the first word in the record, in bytes.
  public var offset: Int
  /// The width of a linear histogram's buckets, in the scaled unit; 0 for other kinds.
  public var bucketSize: UInt32
  /// Set if the words are two's complement numbers.
  public var isSigned: Bool
  /// The names of a state's values; the value is the index.
  public var states: [String]
  public var stability: Stability
  public var cost: Cost
  /// Bits 12 to 31 of the flags of a KVM descriptor, which no version of the format defines.
  public var reservedFlags: UInt32
  /// A sentence by the source that describes the statistic; empty if there is none.
  public var meaning: String

  public init(
    _ name: String, _ kind: Kind, unit: Unit = .none, scale: Scale = .one, size: Int = 1,
    offset: Int = 0, bucketSize: UInt32 = 0, isSigned: Bool = false, states: [String] = [],
    stability: Stability = .evolving, cost: Cost = .free, reservedFlags: UInt32 = 0,
    meaning: String = ""
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.scale = scale
    self.size = size
    self.offset = offset
    self.bucketSize = bucketSize
    self.isSigned = isSigned
    self.states = states
    self.stability = stability
    self.cost = cost
    self.reservedFlags = reservedFlags
    self.meaning = meaning
  }

  /// The indices of the statistic's words in a record.
  public var words: Range<Int> {
    offset / 8..<offset / 8 + size
  }

  /// How values are assigned to the buckets; `nil` if the statistic is not a histogram.
  public var histogramShape: Histogram.Shape? {
    switch kind {
    case .linearHistogram: .linear(bucketSize: UInt64(bucketSize), count: size)
    case .logHistogram: .log2(count: size)
    default: nil
    }
  }

  /// Returns `true` if the value is a sum of durations.
  public var isTimeSpent: Bool {
    kind == .cumulative && unit == .seconds
  }
}

/// The marker words, which mean that a statistic has no value at present ("inactive").
public enum Inactive {
  /// The marker for unsigned values.
  public static let unsigned = UInt64.max
  /// The marker for signed values, as an unsigned word.
  public static let signed = UInt64(bitPattern: Int64.min)

  /// Returns `true` if `word` is the marker for the statistic.
  public static func marks(_ word: UInt64, of statistic: Statistic) -> Bool {
    word == (statistic.isSigned ? signed : unsigned)
  }
}
