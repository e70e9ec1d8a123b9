/// One described quantity: what its words in a sample mean.
public struct Statistic: Hashable, Sendable {
  /// How long a name and meaning can be relied upon.
  public enum Stability: String, Hashable, Sendable {
    case stable
    case evolving
    case `internal`
  }

  /// What it costs the source to keep the statistic.
  public enum Cost: String, Hashable, Sendable {
    case free
    case cheap
    case heavy
  }

  /// The name, as the source spells it.
  public var name: String
  public var kind: Kind
  /// The unit of the value; of a histogram, the unit of its bounds.
  public var unit: Unit
  public var scale: Scale
  /// The number of words: of a histogram its buckets, otherwise 1.
  public var size: Int
  /// The bytes from the start of the record to the first word.
  public var offset: Int
  /// The width of a linear histogram's buckets, in the scaled unit; otherwise 0.
  public var bucketSize: UInt32
  /// Whether a word is a two's complement number.
  public var isSigned: Bool
  /// The names of a state, by value.
  public var states: [String]
  public var stability: Stability
  public var cost: Cost
  /// The flag bits 12 to 31 of a KVM descriptor, which no version has given a meaning.
  public var reservedFlags: UInt32
  /// What its source says of it, in a sentence; empty where it says nothing.
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

  /// The words of the statistic in a record.
  public var words: Range<Int> {
    offset / 8..<offset / 8 + size
  }

  /// The shape of its histogram, or nil where it is none.
  public var histogramShape: Histogram.Shape? {
    switch kind {
    case .linearHistogram: .linear(bucketSize: UInt64(bucketSize), count: size)
    case .logHistogram: .log2(count: size)
    default: nil
    }
  }

  /// Whether the value is a duration that grows while something goes on.
  public var isTimeSpent: Bool {
    kind == .cumulative && unit == .seconds
  }
}

/// The word that says "this value is not produced now".
public enum Inactive {
  /// For unsigned values.
  public static let unsigned = UInt64.max
  /// For signed values, as it lies in the record.
  public static let signed = UInt64(bitPattern: Int64.min)

  /// Whether `word` says that there is no value.
  public static func marks(_ word: UInt64, of statistic: Statistic) -> Bool {
    word == (statistic.isSigned ? signed : unsigned)
  }
}
