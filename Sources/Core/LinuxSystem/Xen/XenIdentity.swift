/// The 16 bytes that the toolstack gave a domain: its UUID.
public struct XenIdentity: Hashable, Sendable {
  /// The first eight bytes, most significant first.
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Whether the toolstack gave none, as for domain 0 before it is told one.
  public var isNone: Bool { high | low == 0 }

  /// As `00112233-4455-6677-8899-aabbccddeeff`; nil where there is none.
  public var text: String? {
    guard !isNone else { return nil }
    let digits = Array(Self.hexadecimal(high) + Self.hexadecimal(low))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
