package import Statistics

/// A buffer of UTF-8 text to which views append.
package struct ByteText {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package var isEmpty: Bool { bytes.isEmpty }

  package mutating func reserve(_ byteCount: Int) {
    bytes.reserveCapacity(byteCount)
  }

  /// Removes everything after the first `byteCount` bytes.
  package mutating func truncate(to byteCount: Int) {
    bytes.removeLast(bytes.count - byteCount)
  }

  package mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func append(_ other: [UInt8]) {
    bytes.append(contentsOf: other)
  }

  package mutating func append(_ part: ArraySlice<UInt8>) {
    bytes.append(contentsOf: part)
  }

  package mutating func append(byte: UInt8) {
    bytes.append(byte)
  }

  package mutating func append(spaces count: Int) {
    for _ in 0..<max(0, count) { bytes.append(.space) }
  }

  // MARK: - Numbers

  package mutating func append(number: UInt64) {
    append(digits: number, pointBefore: 0)
  }

  package mutating func append(number: Int128) {
    if number < 0 { append(byte: .minus) }
    if let small = UInt64(exactly: number.magnitude) {
      append(number: small)
    } else {
      append(String(number.magnitude))
    }
  }

  /// Appends an exact number, with the same text as `Decimal.description`.
  package mutating func append(_ decimal: Decimal) {
    guard let digits = UInt64(exactly: decimal.mantissa), (-18...0).contains(decimal.exponent)
    else {
      append(decimal.description)
      return
    }
    if decimal.isNegative, digits != 0 { append(byte: .minus) }
    var shortened = digits
    var places = digits == 0 ? 0 : -decimal.exponent
    while places > 0, shortened.isMultiple(of: 10) {
      shortened /= 10
      places -= 1
    }
    append(digits: shortened, pointBefore: places)
  }

  /// Appends a number whose last `places` digits follow the decimal point.
  private mutating func append(digits number: UInt64, pointBefore places: Int) {
    var reversed = InlineArray<24, UInt8>(repeating: .zero)
    var rest = number
    var count = 0
    repeat {
      if count == places, places > 0 {
        reversed[count] = .point
        count += 1
      }
      reversed[count] = .zero + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      count += 1
    } while rest > 0 || (places > 0 && count < places + 2)
    while count > 0 {
      count -= 1
      bytes.append(reversed[count])
    }
  }
}

extension UInt8 {
  package static let newline = UInt8(ascii: "\n")
  package static let space = UInt8(ascii: " ")
  package static let zero = UInt8(ascii: "0")
  package static let point = UInt8(ascii: ".")
  package static let minus = UInt8(ascii: "-")
  package static let comma = UInt8(ascii: ",")
  package static let colon = UInt8(ascii: ":")
  package static let quote = UInt8(ascii: "\"")
  package static let backslash = UInt8(ascii: "\\")
}
