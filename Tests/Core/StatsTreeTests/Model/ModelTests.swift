import Testing

/// Random sequences of changes and passes, against a reference that keeps nothing but lists.
///
/// `VITALS_STEPS` makes longer sequences, `VITALS_SEED` runs one of them alone: the steps before
/// the one that failed are the same each time.
@Suite struct ModelTests {
  private static let steps = environmentNumber("VITALS_STEPS", otherwise: 200)
  private static let seeds: [UInt64] = {
    let seed = environmentNumber("VITALS_SEED", otherwise: -1)
    return seed < 0 ? Array(0..<40) : [UInt64(seed)]
  }()

  @Test("After each pass all is as plain lists say", arguments: seeds)
  func model(seed: UInt64) throws {
    var script = ModelScript(seed: seed)
    do {
      try script.run(Self.steps)
    } catch {
      throw Mismatch(description: "seed \(seed), step \(script.step): \(error)")
    }
  }
}
