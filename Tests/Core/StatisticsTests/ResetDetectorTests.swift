import Statistics
import TestSupport
import Testing

@Suite struct ResetDetectorTests {
  @Test("The sum includes only totals", arguments: [0, 1, 7, 8, 9, 15, 16, 60])
  func sum(width: Int) {
    var statistics = (0..<width).map { Statistic("s\($0)", .cumulative) }
    statistics.insert(Statistic("level", .instant), at: width / 2)
    statistics.append(Statistic("h", .logHistogram, size: 3))
    let losses = ResetDetector(of: AggregateSchema(of: Schema(packing: statistics)))
    var random = SeededGenerator(seed: UInt64(width))
    let record = (0..<width + 4).map { _ in random.next() }
    var right: UInt64 = 0
    for (index, word) in record.enumerated() where index != width / 2 { right &+= word }
    let sum = losses.sum(record.span)
    #expect(sum == right)
    #expect(losses.positions == statistics.indices.filter { $0 != width / 2 })
  }

  @Test("Words that fell or became inactive are lost, words that became active have begun")
  func records() throws {
    let schema = Schema(packing: [
      Statistic("a", .cumulative), Statistic("b", .cumulative, isSigned: true),
      Statistic("level", .instant), Statistic("h", .linearHistogram, size: 2),
    ])
    let losses = ResetDetector(of: AggregateSchema(of: schema))
    let off = Inactive.signed
    func records(_ earlier: [UInt64], _ later: [UInt64]) -> (lost: [UInt64], begun: [UInt64])? {
      losses.records(from: earlier.span, to: later.span)
    }
    #expect(records([5, 5, 5, 1, 2], [5, 6, 0, 1, 3]) == nil, "a level may fall")
    #expect(records([.max, off, 5, 1, 2], [.max, off, 5, 1, 2]) == nil)
    let fell = try #require(records([5, 7, 5, 1, 2], [4, off, 0, 0, 3]))
    #expect(fell.lost == [5, 7, .max, 1, .max])
    #expect(fell.begun == [.max, off, .max, .max, .max])
    let began = try #require(records([.max, off, 5, 1, 2], [4, 0, 0, 1, 3]))
    #expect(began.lost == [.max, off, .max, .max, .max])
    #expect(began.begun == [4, 0, .max, .max, .max])
  }
}
