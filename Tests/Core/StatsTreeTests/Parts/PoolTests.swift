import Testing

@testable import StatsTree

@Suite struct PoolTests {
  private final class Thing {}

  private final class Count {
    var made = 0
  }

  @Test("A key has one member while the member is referenced")
  func held() {
    var pool = Pool<Int, Thing>()
    let first = pool.member(1) { Thing() }
    for key in 2..<2000 { _ = pool.member(key) { Thing() } }
    #expect(pool.member(1) { Thing() } === first)
    #expect(pool.member(2) { Thing() } !== first)
  }

  @Test("A member without references is removed by a later purge")
  func released() {
    var pool = Pool<Int, Thing>()
    weak var seen: Thing?
    do {
      let made = pool.member(0) { Thing() }
      seen = made
    }
    #expect(seen != nil, "it is kept until the next purge")
    for key in 1...64 { _ = pool.member(key) { Thing() } }
    #expect(seen == nil)
  }

  @Test("Referenced members do not make additions slow")
  func amortised() {
    var pool = Pool<Int, Thing>()
    let count = Count()
    var held: [Thing] = []
    for key in 0..<5000 {
      held.append(
        pool.member(key) {
          count.made += 1
          return Thing()
        })
    }
    for key in 0..<5000 { #expect(pool.member(key) { Thing() } === held[key]) }
    #expect(count.made == 5000)
  }
}
