import LinuxSystem
import Statistics
import TestSupport
import Testing

@testable import SharedTable

/// Randomly damaged tables: none causes a crash or a hang.
///
/// `VITALS_MUTATIONS` sets their number, for a longer run.
struct MutationTests {
  private static let count = environmentNumber("VITALS_MUTATIONS", otherwise: 20_000)

  @Test(
    "A damaged table is read or rejected", arguments: 0..<4)
  func damagedTables(part: Int) throws {
    var generator = SeededGenerator(seed: 77 + UInt64(part))
    let images =
      try [DamagedTable.whole()]
      + CPrograms.frozen.map { DamagedTable(try CPrograms.expected("\($0).table")) }
    var (rejected, invalid, sampled) = (0, 0, 0)
    for _ in 0..<Self.count / 4 {
      var image = images[Int.random(in: images.indices, using: &generator)]
      let used = Int(image.number(at: 56, 8))
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        image.damage(below: used, &generator)
      }
      if generator.oneIn(4) {
        image.bytes.removeLast(Int.random(in: 0...image.bytes.count, using: &generator))
      }
      guard let reader = try? image.reader() else {
        rejected += 1
        continue
      }
      if !reader.errors.isEmpty { invalid += 1 }
      #expect(Set(reader.sources.map(\.path)).count == reader.sources.count)
      for group in reader.groups where group.schema.wordCount < 10_000 {
        if case .up = reader.words(of: group).sample { sampled += 1 }
      }
      reader.refresh()
    }
    #expect(rejected > 0 && invalid > 0 && sampled > 0)
    print("mutations: \(rejected) rejected, \(invalid) with errors, \(sampled) groups sampled")
  }
}

extension DamagedTable {
  /// Stores a boundary value at a random offset, mostly in a field.
  mutating func damage(below used: Int, _ generator: inout SeededGenerator) {
    let starts = blocks.values.flatMap { $0 }.sorted()
    var offset = Int.random(in: 0..<used, using: &generator)
    if generator.oneIn(2), let start = starts.randomElement(using: &generator) {
      offset = start + Int.random(in: 0..<112, using: &generator)
    } else if generator.oneIn(2) {
      offset = Int.random(in: 8..<176, using: &generator)
    }
    let size = [1, 4, 8].randomElement(using: &generator) ?? 1
    let bases: [UInt64] = [
      0, UInt64(used), .max, 1 << 63, 1 << 32, 1 << 31, 64, 1 << 16, 1 << 40,
    ]
    let base = bases.randomElement(using: &generator) ?? 0
    var value = base &+ UInt64.random(in: 0..<17, using: &generator) &- 8
    if generator.oneIn(4) { value = base &- 64 * UInt64.random(in: 0..<4, using: &generator) }
    if generator.oneIn(8) { value = UInt64(starts.randomElement(using: &generator) ?? 0) }
    set(value, at: offset / size * size, size)
  }
}
