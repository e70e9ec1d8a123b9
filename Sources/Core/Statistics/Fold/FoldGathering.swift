/// What is gathered of the words of one tile over few members.
protocol FoldGathering {
  mutating func add(_ words: FoldWords)
}

/// Sums modulo 2^64, and whether they are the sums.
struct FoldSmallSums: FoldGathering {
  /// The most values that a sum may have.
  static let mostMembers = 64
  /// So many values below 2^58 have a sum of 64 bits.
  private static let bitWidth: UInt64 = 58

  /// What is added to each value: 2^57 to a signed one, so that a small one is not below 0.
  let shift: FoldWords
  private(set) var sums = FoldWords()
  private var bits = FoldWords()

  @inline(__always)
  init(keys: FoldWords) {
    shift = Self.shift(keys: keys)
  }

  @inline(__always)
  static func shift(keys: FoldWords) -> FoldWords {
    (keys &>> 63) &<< (bitWidth - 1)
  }

  @inline(__always)
  mutating func add(_ words: FoldWords) {
    let shifted = words &+ shift
    sums &+= shifted
    bits |= shifted
  }

  /// Whether all values were small, and none inactive: an inactive word is not small.
  @inline(__always)
  var areExact: Bool {
    let large = bits &>> Self.bitWidth
    return large.wrappedSum() == 0
  }
}

/// What the sums of keys are above their 64 bits, and how many keys are 0: those of inactive words.
struct FoldKeySums: FoldGathering {
  let keys: FoldWords
  /// The sums of the higher halves.
  private(set) var high = FoldWords()
  private(set) var inactive = FoldWords()

  @inline(__always)
  init(keys: FoldWords) { self.keys = keys }

  @inline(__always)
  mutating func add(_ words: FoldWords) {
    let keyed = words &+ keys
    high &+= keyed &>> 32
    inactive &+= keyed.isZero
  }
}

/// The greatest keys; that of an inactive word is 0.
struct FoldGreatestKeys: FoldGathering {
  let keys: FoldWords
  private(set) var greatest = FoldWords()

  @inline(__always)
  init(keys: FoldWords) { self.keys = keys }

  @inline(__always)
  mutating func add(_ words: FoldWords) {
    greatest = pointwiseMax(greatest, words &+ keys)
  }
}

/// The greatest negatives of keys: those of the least values.
struct FoldLeastKeys: FoldGathering {
  let keys: FoldWords
  private(set) var greatest = FoldWords()

  @inline(__always)
  init(keys: FoldWords) { self.keys = keys }

  @inline(__always)
  mutating func add(_ words: FoldWords) {
    greatest = pointwiseMax(greatest, FoldWords() &- (words &+ keys))
  }
}

/// How many words are 0.
struct FoldZeroCounts: FoldGathering {
  private(set) var counts = FoldWords()

  @inline(__always)
  mutating func add(_ words: FoldWords) {
    counts &+= words.isZero
  }
}

extension FoldWords {
  /// 1 where a word is 0, otherwise 0.
  @inline(__always)
  var isZero: FoldWords {
    // Only 0 has its highest bit clear and is below 1.
    ((self &- 1) & ~self) &>> 63
  }
}
