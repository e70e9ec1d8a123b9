/// Up to eight words of a record, side by side.
typealias FoldWords = SIMD8<UInt64>

/// One word of a statistic of the source: what is gathered of it over members.
struct FoldLane: Hashable, Sendable {
  /// Its place in a record of the source.
  let word: Int
  /// What makes its key: see `FoldWord.key`.
  let key: UInt64
  let needsLeast: Bool
  let needsGreatest: Bool
  let needsZeros: Bool
}

/// Lanes side by side, gathered together by reading one column of many records.
struct LaneBlock: Hashable, Sendable {
  /// The first word in a record of the source.
  let word: Int
  /// The first lane.
  let lane: Int
  /// The number of lanes, at most eight.
  let count: Int
  /// What makes the keys of the words.
  let keys: FoldWords
  /// What is asked for of any of them.
  let needsLeast: Bool
  let needsGreatest: Bool
  let needsZeros: Bool

  private init(_ lanes: [FoldLane], from lane: Int, count: Int) {
    self.lane = lane
    self.count = count
    let own = lanes[lane..<lane + count]
    word = own[lane].word
    var keys = FoldWords()
    for step in 0..<count { keys[step] = lanes[lane + step].key }
    self.keys = keys
    needsLeast = own.contains(where: \.needsLeast)
    needsGreatest = own.contains(where: \.needsGreatest)
    needsZeros = own.contains(where: \.needsZeros)
  }

  /// All lanes; a tile has fewer than eight only where so few words lie in a row.
  static func tiles(of lanes: [FoldLane]) -> [LaneBlock] {
    var tiles: [LaneBlock] = []
    var begin = 0
    while begin < lanes.count {
      var end = begin + 1
      while end < lanes.count, lanes[end].word == lanes[end - 1].word + 1 { end += 1 }
      let width = min(FoldWords.scalarCount, end - begin)
      for lane in stride(from: begin, to: end, by: width) {
        // The last one starts earlier rather than to be short.
        tiles.append(LaneBlock(lanes, from: min(lane, end - width), count: width))
      }
      begin = end
    }
    return tiles
  }

  /// What is gathered of the tile's words of each record; the last word fills a tile that is not full.
  ///
  /// A function of its own for each kind: the processor has just enough registers for one.
  @inline(never)
  func gathered<Gathering: FoldGathering>(
    _ words: Span<UInt64>, _ members: Span<Int>, into empty: Gathering
  ) -> Gathering {
    var gathering = empty
    if count == FoldWords.scalarCount {
      let column = words.extracting(word...)
      for index in members.indices {
        let row = column.extracting(members[index]...)
        // Where the last word is, the others are: one check is left of eight.
        let last = row[7]
        gathering.add(FoldWords(row[0], row[1], row[2], row[3], row[4], row[5], row[6], last))
      }
      return gathering
    }
    let last = count - 1
    let (b, c, d, e) = (min(1, last), min(2, last), min(3, last), min(4, last))
    let (f, g) = (min(5, last), min(6, last))
    for index in members.indices {
      let start = members[index] + word
      let row = words.extracting(start..<start + count)
      gathering.add(FoldWords(row[0], row[b], row[c], row[d], row[e], row[f], row[g], row[last]))
    }
    return gathering
  }
}
