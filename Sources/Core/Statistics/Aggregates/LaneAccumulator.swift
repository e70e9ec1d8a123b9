/// Accumulates the words of one lane block over a batch of members.
protocol LaneAccumulator {
  mutating func add(_ words: LaneVector)
}

/// Sums modulo 2^64, with a check whether they are exact.
struct SmallSums: LaneAccumulator {
  /// The maximum number of values in a sum.
  static let maximumMemberCount = 64
  /// The sum of `maximumMemberCount` values below 2^58 fits into 64 bits.
  private static let bitWidth: UInt64 = 58

  /// The offset of each value: 2^57 for signed values, which makes small ones nonnegative.
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

  /// Returns `true` if all values were small and active; an inactive word is not small.
  @inline(__always)
  var areExact: Bool {
    let large = bits &>> Self.bitWidth
    return large.wrappedSum() == 0
  }
}

/// The high halves of the sums of keys, and the number of keys that are 0 (inactive words).
struct KeySums: LaneAccumulator {
  let keys: LaneVector
  /// The sums of the high halves.
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

/// The maximum keys; the key of an inactive word is 0.
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

/// The maximum negated keys, which are those of the minimum values.
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

/// The number of words that are 0.
struct ZeroCounts: LaneAccumulator {
  private(set) var counts = LaneVector()

  @inline(__always)
  mutating func add(_ words: LaneVector) {
    counts &+= words.isZero
  }
}

extension LaneVector {
  /// 1 for each word that is 0, otherwise 0.
  @inline(__always)
  var isZero: LaneVector {
    // Only for 0 is the highest bit clear in the word and set in the word minus 1.
    ((self &- 1) & ~self) &>> 63
  }
}
