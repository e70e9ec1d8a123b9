/// Formats 16 bytes as a UUID, such as `00112233-4455-6677-8899-aabbccddeeff`.
///
/// - Parameters:
///   - high: The first eight bytes, most significant first.
///   - low: The last eight bytes, most significant first.
/// - Returns: The text, in lower case.
public func uuidText(high: UInt64, low: UInt64) -> String {
  let digits = Array(hexadecimal(high) + hexadecimal(low))
  return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    .joined(separator: "-")
}

private func hexadecimal(_ half: UInt64) -> String {
  let digits = String(half, radix: 16)
  return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
