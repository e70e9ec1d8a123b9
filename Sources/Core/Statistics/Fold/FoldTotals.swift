/// What is gathered of a tile over all members of a pass.
///
/// Sums are kept as those of the lower and of the higher halves of words: they hold 2^32 members.
struct FoldTotals: Sendable {
  private var low = FoldWords()
  private var high = FoldWords()
  private var inactive = FoldWords()
  /// The members of which all values are small.
  private var smallCount = 0
  private var memberCount = 0
  /// The greatest negatives of keys, and the greatest keys; 0 where there is none.
  private(set) var least = FoldWords()
  private(set) var greatest = FoldWords()
  private(set) var zeros = FoldWords()

  /// Adds the tile's words of members, at most `FoldSmallSums.mostMembers`.
  mutating func add(_ words: Span<UInt64>, _ members: Span<Int>, of tile: LaneBlock) {
    addSums(words, members, of: tile)
    if tile.needsLeast {
      let found = tile.gathered(words, members, into: FoldLeastKeys(keys: tile.keys))
      least = pointwiseMax(least, found.greatest)
    }
    if tile.needsGreatest {
      let found = tile.gathered(words, members, into: FoldGreatestKeys(keys: tile.keys))
      greatest = pointwiseMax(greatest, found.greatest)
    }
    if tile.needsZeros {
      let found = tile.gathered(words, members, into: FoldZeroCounts())
      zeros &+= found.counts
    }
  }

  /// Adds to the sums, and counts what is inactive.
  ///
  /// Most values are small: only where one is not, the words are looked at a second time.
  @inline(__always)
  private mutating func addSums(_ words: Span<UInt64>, _ members: Span<Int>, of tile: LaneBlock) {
    let small = tile.gathered(words, members, into: FoldSmallSums(keys: tile.keys))
    memberCount += members.count
    if small.areExact {
      smallCount += members.count
      low &+= small.sums & 0xffff_ffff
      high &+= small.sums &>> 32
      return
    }
    let keyed = tile.gathered(words, members, into: FoldKeySums(keys: tile.keys))
    // The lower halves are what is left of the whole; their sum needs 38 bits.
    let count = UInt64(members.count)
    let wrapped = small.sums &+ (tile.keys &- small.shift) &* FoldWords(repeating: count)
    low &+= wrapped &- (keyed.high &<< 32)
    high &+= keyed.high
    inactive &+= keyed.inactive
  }

  /// The number of active words.
  func activeCount(_ step: Int) -> Int {
    memberCount - Int(inactive[step])
  }

  /// The exact sum of the active words.
  func sum(_ step: Int, of tile: LaneBlock) -> Int128 {
    let gathered = Int128(high[step]) << 32 + Int128(low[step])
    let shift = FoldSmallSums.shift(keys: tile.keys)[step]
    let keyedCount = activeCount(step) - smallCount
    return gathered - Int128(smallCount) * Int128(shift)
      - Int128(keyedCount) * Int128(tile.keys[step])
  }
}
