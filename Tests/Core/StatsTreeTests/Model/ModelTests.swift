import Testing

/// Random sequences of changes and passes, compared with a reference that uses plain lists.
///
/// `VITALS_STEPS` sets the length of the sequences. `VITALS_SEED` runs one of them alone; its steps
/// are the same each time.
@Suite struct ModelTests {
  private static let steps = environmentNumber("VITALS_STEPS", otherwise: 200)
  private static let seeds: [UInt64] = {
    let seed = environmentNumber("VITALS_SEED", otherwise: -1)
    return seed < 0 ? Array(0..<40) : [UInt64(seed)]
  }()

  @Test("After each pass the tree equals the reference", arguments: seeds)
  func model(seed: UInt64) throws {
    var script = ModelScript(seed: seed)
    do {
      try script.run(Self.steps)
    } catch {
      throw MismatchError(description: "seed \(seed), step \(script.step): \(error)")
    }
  }
}
