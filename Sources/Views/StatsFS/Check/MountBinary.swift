import Statistics

/// The parsed contents of a `.binary` file, from one read of the whole file.
struct MountBinary: Sendable {
  let id: String
  let schema: Schema
  let words: [UInt64]

  /// Parses the bytes of the file.
  ///
  /// Returns nil if the file is truncated or is not a file of KVM statistics.
  init?(_ bytes: [UInt8]) {
    guard let header = try? KVMHeader(parsing: bytes.span),
      let id = Self.part(bytes, header.idOffset, header.nameSize),
      let block = Self.part(bytes, header.descriptorOffset, header.descriptorByteCount),
      let schema = try? Schema(kvmDescriptors: block.span, header: header),
      let data = Self.part(bytes, header.dataOffset, schema.wordCount * 8)
    else { return nil }
    self.id = id.span.textBeforeNUL
    self.schema = schema
    words = (0..<schema.wordCount).map { data.span.uint64(at: $0 * 8) }
  }

  private static func part(_ bytes: [UInt8], _ start: Int, _ count: Int) -> [UInt8]? {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      return nil
    }
    return Array(bytes[start..<start + count])
  }

  /// Returns the words (64-bit values) of the first statistic with a name.
  func words(of name: String) -> [UInt64]? {
    schema[name].map { Array(words[$0.words]) }
  }
}

extension MountText {
  /// Returns `true` if the text of a statistic agrees with the words of the statistic in `.binary`.
  ///
  /// Returns nil if the text and the words cannot be compared.
  ///
  /// A KVM descriptor contains neither the sign of a value nor the names of states.
  func matches(_ words: [UInt64], as statistic: Statistic) -> Bool? {
    if statistic.kind.isHistogram {
      guard text != "-\n", let rows else { return words.contains(Inactive.unsigned) }
      return counts(rows, statistic) == words
    }
    let line = String(text.dropLast())
    if let index = statistic.states.firstIndex(of: line) { return words == [UInt64(index)] }
    let unsigned = words.map { $0 == Inactive.unsigned ? "-" : "\($0)" }.joined(separator: " ")
    let signed = words.map {
      $0 == Inactive.signed ? "-" : "\(Int64(bitPattern: $0))"
    }.joined(separator: " ")
    if line == unsigned || line == signed { return true }
    return line.first.map { $0.isNumber || $0 == "-" } == true ? false : nil
  }

  /// Returns the count of each bucket, from the lines of a histogram; nil if a line fits no bucket.
  func counts(_ rows: [Row], _ statistic: Statistic) -> [UInt64]? {
    guard let shape = statistic.histogramShape else { return nil }
    var counts = [UInt64](repeating: 0, count: shape.count)
    for (position, row) in rows.enumerated() {
      let index =
        if statistic.states.isEmpty, let bound = UInt64(row.label) {
          counts.indices.first { shape.bounds(of: $0)?.lower == bound }
        } else {
          position < counts.count ? position : nil
        }
      guard let index else { return nil }
      counts[index] = row.count
    }
    return counts
  }
}
