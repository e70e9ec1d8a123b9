extension UnsignedInteger {
  /// Returns the number in lower-case hexadecimal digits, without a prefix.
  ///
  /// If the text has fewer than `width` digits, leading zeros are added.
  package func hexadecimal(width: Int = 1) -> String {
    let digits = String(self, radix: 16)
    let missing = width - digits.utf8.count
    return missing > 0 ? String(repeating: "0", count: missing) + digits : digits
  }
}
