/// The UUID that the toolstack assigned to a domain.
public struct XenIdentity: Hashable, Sendable {
  /// The first eight bytes, most significant first.
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Whether the domain has no UUID.
  ///
  /// For example, domain 0 has no UUID after boot.
  public var isNone: Bool { high | low == 0 }

  /// The text form, such as `00112233-4455-6677-8899-aabbccddeeff`; `nil` without a UUID.
  public var text: String? { isNone ? nil : uuidText(high: high, low: low) }
}
