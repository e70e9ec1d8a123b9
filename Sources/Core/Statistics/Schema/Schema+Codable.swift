extension Schema: Codable {
  private enum CodingKeys: String, CodingKey {
    case hash, words, statistics
  }

  /// Decodes a schema; computes the word count and the hash and ignores the encoded ones.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let statistics = try container.decode([Statistic].self, forKey: .statistics)
    do {
      try self.init(statistics)
    } catch {
      throw DecodingError.dataCorruptedError(
        forKey: .statistics, in: container, debugDescription: error.description)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    // Many JSON readers do not support 64-bit numbers, so the hash is encoded as text.
    try container.encode(hashText, forKey: .hash)
    try container.encode(wordCount, forKey: .words)
    try container.encode(statistics, forKey: .statistics)
  }

  /// The hash as 16 hexadecimal digits.
  public var hashText: String { hash.hexadecimal(width: 16) }
}

extension Statistic: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, kind, unit, base, exponent, size, offset, signed, states, stability, cost, meaning
    case bucketSize = "bucket_size"
    case reservedFlags = "reserved_flags"
  }

  /// Decodes a statistic; a missing key gets its default value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func value<T: Decodable>(_ key: CodingKeys, or defaultValue: T) throws -> T {
      try container.decodeIfPresent(T.self, forKey: key) ?? defaultValue
    }
    self.init(
      try container.decode(String.self, forKey: .name),
      Kind(name: try container.decode(String.self, forKey: .kind)),
      unit: Unit(name: try value(.unit, or: "none")),
      scale: Scale(
        base: Scale.Base(name: try value(.base, or: "10")), exponent: try value(.exponent, or: 0)),
      size: try value(.size, or: 1),
      offset: try value(.offset, or: 0),
      bucketSize: try value(.bucketSize, or: 0),
      isSigned: try value(.signed, or: false),
      states: try value(.states, or: []),
      stability: Stability(rawValue: try value(.stability, or: "")) ?? .evolving,
      cost: Cost(rawValue: try value(.cost, or: "")) ?? .free,
      reservedFlags: try value(.reservedFlags, or: 0),
      meaning: try value(.meaning, or: ""))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(kind.description, forKey: .kind)
    try container.encode(unit.description, forKey: .unit)
    try container.encode(scale.base.description, forKey: .base)
    try container.encode(scale.exponent, forKey: .exponent)
    try container.encode(size, forKey: .size)
    try container.encode(offset, forKey: .offset)
    try container.encode(bucketSize, forKey: .bucketSize)
    try container.encode(isSigned, forKey: .signed)
    if !states.isEmpty { try container.encode(states, forKey: .states) }
    try container.encode(stability.rawValue, forKey: .stability)
    try container.encode(cost.rawValue, forKey: .cost)
    try container.encode(reservedFlags, forKey: .reservedFlags)
    if !meaning.isEmpty { try container.encode(meaning, forKey: .meaning) }
  }
}

/// Parses a raw code, such as 7 in `unknown(7)`; for other text, returns 15, the largest 4-bit
/// code.
private func rawCode(of name: String) -> UInt8 {
  guard name.hasPrefix("unknown("), name.hasSuffix(")") else { return 15 }
  return UInt8(name.dropFirst("unknown(".count).dropLast()) ?? 15
}

extension Kind {
  init(name: String) {
    let known: [Kind] = [
      .cumulative, .instant, .peak, .linearHistogram, .logHistogram, .state,
    ]
    // If the name has the form `unknown(7)` and the code is now known, the result is the known
    // kind.
    self =
      known.first { $0.description == name } ?? Kind(kvmFlags: UInt32(rawCode(of: name) & 0xf))
  }
}

extension Unit {
  init(name: String) {
    let known: [Unit] = [.none, .bytes, .seconds, .cycles, .boolean]
    self =
      known.first { $0.description == name }
      ?? Unit(kvmFlags: UInt32(rawCode(of: name) & 0xf) << 4)
  }
}

extension Scale.Base {
  init(name: String) {
    let known: [Scale.Base] = [.ten, .two]
    self =
      known.first { $0.description == name }
      ?? Scale.Base(kvmFlags: UInt32(rawCode(of: name) & 0xf) << 8)
  }
}
