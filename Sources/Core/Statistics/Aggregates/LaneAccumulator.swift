/// Accumulates one result per lane over a batch of members (a lane is one word of their records).
protocol LaneAccumulator {
  mutating func add(_ words: LaneVector)
}

/// Sums words modulo 2^64 and tells whether the sums are exact.
struct SmallSums: LaneAccumulator {
  /// The maximum number of members in one sum.
  static let maximumMemberCount = 64
  /// The sum of `maximumMemberCount` values below 2^58 fits into 64 bits.
  private static let bitWidth: UInt64 = 58

  /// The number that is added to each word: 2^57 for signed words, so that small ones are
  /// nonnegative.
  let shift: LaneVector
  private(set) var sums = LaneVector()
  private var bits = LaneVector()

  @inline(__always)
  init(keys: LaneVector) {
    shift = Self.shift(keys: keys)
  }

  @inline(__always)
  static func shift(keys: LaneVector) -> LaneVector {
    (keys &>> 63) &<< (bitWidth - 1)
  }

  @inline(__always)
  mutating func add(_ words: LaneVector) {
    let shifted = words &+ shift
    sums &+= shifted
    bits |= shifted
  }

  /// Returns `true` if every shifted word is below 2^58; an inactive word is never below this
  /// limit.
  @inline(__always)
  var areExact: Bool {
    let large = bits &>> Self.bitWidth
    return large.wrappedSum() == 0
  }
}

/// Sums the high halves of keys, and counts the keys that are 0, which are those of inactive words.
struct KeySums: LaneAccumulator {
  let keys: LaneVector
  /// The sums of the high 32 bits of the keys.
  private(set) var high = LaneVector()
  private(set) var inactive = LaneVector()

  @inline(__always)
  init(keys: LaneVector) { self.keys = keys }

  @inline(__always)
  mutating func add(_ words: LaneVector) {
    let keyed = words &+ keys
    high &+= keyed &>> 32
    inactive &+= keyed.isZero
  }
}

/// Keeps the maximum key of each lane; the key of an inactive word is 0.
struct MaximumKeys: LaneAccumulator {
  let keys: LaneVector
  private(set) var maximum = LaneVector()

  @inline(__always)
  init(keys: LaneVector) { self.keys = keys }

  @inline(__always)
  mutating func add(_ words: LaneVector) {
    maximum = pointwiseMax(maximum, words &+ keys)
  }
}

/// Keeps the maximum negated key of each lane, which is the negated key of the minimum word.
struct MinimumKeys: LaneAccumulator {
  let keys: LaneVector
  private(set) var maximum = LaneVector()

  @inline(__always)
  init(keys: LaneVector) { self.keys = keys }

  @inline(__always)
  mutating func add(_ words: LaneVector) {
    maximum = pointwiseMax(maximum, LaneVector() &- (words &+ keys))
  }
}

/// Counts the words that are 0, for each lane.
struct ZeroCounts: LaneAccumulator {
  private(set) var counts = LaneVector()

  @inline(__always)
  mutating func add(_ words: LaneVector) {
    counts &+= words.isZero
  }
}

extension LaneVector {
  /// For each lane, 1 if the word is 0, otherwise 0.
  @inline(__always)
  var isZero: LaneVector {
    // The highest bit is clear in the word and set in the word minus 1 only if the word is 0.
    ((self &- 1) & ~self) &>> 63
  }
}
