/// The description of one quantity: the meaning of its words in a sample.
public struct Statistic: Hashable, Sendable {
  /// The expected lifetime of the name and meaning.
  public enum Stability: String, Hashable, Sendable {
    case stable
    case evolving
    case `internal`
  }

  /// The cost of the statistic for its source.
  public enum Cost: String, Hashable, Sendable {
    case free
    case cheap
    case heavy
  }

  /// The name that the origin of the statistic uses.
  public var name: String
  public var kind: Kind
  /// The unit of the value, or of the bounds of a histogram.
  public var unit: Unit
  public var scale: Scale
  /// The number of words: the bucket count of a histogram, otherwise usually 1.
  public var size: Int
  /// The offset of the first word in the record, in bytes.
  public var offset: Int
  /// The bucket width of a linear histogram, in the scaled unit; otherwise 0.
  public var bucketSize: UInt32
  /// Set if the words are two's complement numbers.
  public var isSigned: Bool
  /// The names of a state's values, indexed by value.
  public var states: [String]
  public var stability: Stability
  public var cost: Cost
  /// The flag bits 12 to 31 of a KVM descriptor, which are not defined in any version.
  public var reservedFlags: UInt32
  /// The description given by the source, a sentence; empty if there is none.
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

  /// The indices of the words in a record.
  public var words: Range<Int> {
    offset / 8..<offset / 8 + size
  }

  /// The histogram shape; `nil` if the statistic is not a histogram.
  public var histogramShape: Histogram.Shape? {
    switch kind {
    case .linearHistogram: .linear(bucketSize: UInt64(bucketSize), count: size)
    case .logHistogram: .log2(count: size)
    default: nil
    }
  }

  /// Returns `true` if the value is an accumulated duration.
  public var isTimeSpent: Bool {
    kind == .cumulative && unit == .seconds
  }
}

/// The marker words of values that are not produced now.
public enum Inactive {
  /// The marker of unsigned values.
  public static let unsigned = UInt64.max
  /// The marker of signed values, as a word.
  public static let signed = UInt64(bitPattern: Int64.min)

  /// Returns `true` if `word` is the marker of the statistic.
  public static func marks(_ word: UInt64, of statistic: Statistic) -> Bool {
    word == (statistic.isSigned ? signed : unsigned)
  }
}
