/// The words of up to eight adjacent lanes.
typealias LaneVector = SIMD8<UInt64>

/// One word of the members' records, and which values to accumulate for it over the members.
struct Lane: Hashable, Sendable {
  /// The index of the word in a member's record.
  let word: Int
  /// The offset that converts the word to its key; see `WordFormat.key`.
  let key: UInt64
  let needsMinimum: Bool
  let needsMaximum: Bool
  let needsZeroCount: Bool
}

/// Up to eight lanes with adjacent words, so that one pass over the records reads all of them.
struct LaneBlock: Hashable, Sendable {
  /// The index of the first lane's word in a member's record.
  let word: Int
  /// The index of the first lane.
  let lane: Int
  /// The number of lanes, at most eight.
  let count: Int
  /// The offsets that convert words to keys, for each lane.
  let keys: LaneVector
  // Each of the following flags is set if at least one of the lanes needs the value.
  let needsMinimum: Bool
  let needsMaximum: Bool
  let needsZeroCount: Bool

  private init(_ lanes: [Lane], from lane: Int, count: Int) {
    self.lane = lane
    self.count = count
    let own = lanes[lane..<lane + count]
    word = own[lane].word
    var keys = LaneVector()
    for step in 0..<count { keys[step] = lanes[lane + step].key }
    self.keys = keys
    needsMinimum = own.contains(where: \.needsMinimum)
    needsMaximum = own.contains(where: \.needsMaximum)
    needsZeroCount = own.contains(where: \.needsZeroCount)
  }

  /// Divides lanes into blocks.
  ///
  /// A block has fewer than eight lanes only if fewer than eight words are adjacent.
  static func blocks(of lanes: [Lane]) -> [LaneBlock] {
    var blocks: [LaneBlock] = []
    var begin = 0
    while begin < lanes.count {
      var end = begin + 1
      while end < lanes.count, lanes[end].word == lanes[end - 1].word + 1 { end += 1 }
      let width = min(LaneVector.scalarCount, end - begin)
      for lane in stride(from: begin, to: end, by: width) {
        // The last block overlaps the block before it, so that the last block has the full width.
        blocks.append(LaneBlock(lanes, from: min(lane, end - width), count: width))
      }
      begin = end
    }
    return blocks
  }

  /// Accumulates the words of the block over the records of members.
  ///
  /// If the block has fewer than eight lanes, its last word is repeated in the unused positions.
  /// The function is not inlined, because the CPU has just enough registers for one accumulator.
  @inline(never)
  func accumulated<Accumulator: LaneAccumulator>(
    _ words: Span<UInt64>, _ members: Span<Int>, into empty: Accumulator
  ) -> Accumulator {
    var accumulator = empty
    if count == LaneVector.scalarCount {
      let column = words.extracting(word...)
      for index in members.indices {
        let row = column.extracting(members[index]...)
        // If the access to the last word is valid, the others are valid too, so that the compiler
        // keeps one bounds check instead of eight.
        let last = row[7]
        accumulator.add(LaneVector(row[0], row[1], row[2], row[3], row[4], row[5], row[6], last))
      }
      return accumulator
    }
    let last = count - 1
    let (b, c, d, e) = (min(1, last), min(2, last), min(3, last), min(4, last))
    let (f, g) = (min(5, last), min(6, last))
    for index in members.indices {
      let start = members[index] + word
      let row = words.extracting(start..<start + count)
      accumulator.add(LaneVector(row[0], row[b], row[c], row[d], row[e], row[f], row[g], row[last]))
    }
    return accumulator
  }
}
