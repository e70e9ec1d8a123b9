/// The accumulated values of a lane block (adjacent words) over all members of one sample.
///
/// The low and high 32 bits of words are summed separately, so that the sums are exact for up to
/// 2^32 members.
struct LaneBlockTotals: Sendable {
  private var low = LaneVector()
  private var high = LaneVector()
  private var inactive = LaneVector()
  /// The number of members in batches whose words were all small; see `SmallSums.areExact`.
  private var smallCount = 0
  private var memberCount = 0
  /// The maximum negated keys and the maximum keys; 0 if no word was active.
  private(set) var minimum = LaneVector()
  private(set) var maximum = LaneVector()
  private(set) var zeroCounts = LaneVector()

  /// Adds the words of at most `SmallSums.maximumMemberCount` members.
  mutating func add(_ words: Span<UInt64>, _ members: Span<Int>, of block: LaneBlock) {
    addSums(words, members, of: block)
    if block.needsMinimum {
      let found = block.accumulated(words, members, into: MinimumKeys(keys: block.keys))
      minimum = pointwiseMax(minimum, found.maximum)
    }
    if block.needsMaximum {
      let found = block.accumulated(words, members, into: MaximumKeys(keys: block.keys))
      maximum = pointwiseMax(maximum, found.maximum)
    }
    if block.needsZeroCount {
      let found = block.accumulated(words, members, into: ZeroCounts())
      zeroCounts &+= found.counts
    }
  }

  /// Adds the words of the members to the sums and counts the inactive words.
  ///
  /// Most words are small. The words are read a second time only if at least one word is not small.
  @inline(__always)
  private mutating func addSums(_ words: Span<UInt64>, _ members: Span<Int>, of block: LaneBlock) {
    let small = block.accumulated(words, members, into: SmallSums(keys: block.keys))
    memberCount += members.count
    if small.areExact {
      smallCount += members.count
      low &+= small.sums & 0xffff_ffff
      high &+= small.sums &>> 32
      return
    }
    let keyed = block.accumulated(words, members, into: KeySums(keys: block.keys))
    // The low halves are what the wrapped sum has beyond the high halves; the sum of low halves
    // needs 38 bits.
    let count = UInt64(members.count)
    let wrapped = small.sums &+ (block.keys &- small.shift) &* LaneVector(repeating: count)
    low &+= wrapped &- (keyed.high &<< 32)
    high &+= keyed.high
    inactive &+= keyed.inactive
  }

  /// The number of active words in a lane of the block.
  func activeCount(_ step: Int) -> Int {
    memberCount - Int(inactive[step])
  }

  /// The exact sum of the active words in a lane of the block.
  func sum(_ step: Int, of block: LaneBlock) -> Int128 {
    let accumulated = Int128(high[step]) << 32 + Int128(low[step])
    let shift = SmallSums.shift(keys: block.keys)[step]
    let keyedCount = activeCount(step) - smallCount
    return accumulated - Int128(smallCount) * Int128(shift)
      - Int128(keyedCount) * Int128(block.keys[step])
  }
}
