// Compiled into one module with Sources/Core/Statistics by Scripts/fuzz.sh.

/// Reads the bytes as a whole KVM binary statistics file, and every statistic in it.
///
/// LLVM's `docs/LibFuzzer.rst` defines the name and the signature of this function.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  FuzzedFile(bytes).read()
  return 0
}

/// An untrusted statistics file.
private struct FuzzedFile {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func read() {
    guard let header = try? KVMHeader(parsing: bytes.span) else { return }
    if let id = block(header.idOffset, header.nameSize) { _ = id.span.textBeforeNUL }
    guard let block = block(header.descriptorOffset, header.descriptorByteCount) else { return }
    guard let schema = try? Schema(kvmDescriptors: block.span, header: header) else { return }
    checkRoundTrip(schema)

    let record = words(from: header.dataOffset)
    // A later sample, with values that the fuzzer controls.
    let later = Array(record.dropFirst()) + record.prefix(1)
    for statistic in schema.statistics {
      _ = schema.indexOfSum(of: statistic)
      // Skip the statistic, because its data are truncated and an input would reject the file.
      guard statistic.words.upperBound <= record.count else { continue }
      read(statistic, record, later)
    }
  }

  /// Returns the bytes of a block, or nil if it exceeds the file.
  private func block(_ offset: Int, _ count: Int) -> [UInt8]? {
    guard offset <= bytes.count, count <= bytes.count - offset else { return nil }
    return Array(bytes[offset..<offset + count])
  }

  /// Returns the complete words from an offset to the end.
  private func words(from offset: Int) -> [UInt64] {
    stride(from: offset, through: bytes.count - 8, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
  }

  private func checkRoundTrip(_ schema: Schema) {
    // All names have the length of the longest one, so it is possible that the file is too large.
    guard let file = try? schema.kvmFile(id: "kvm-1/vcpu-0") else { return }
    let block = file.bytes.span.extracting(file.header.descriptorOffset..<file.bytes.count)
    do {
      let header = try KVMHeader(parsing: file.bytes.span)
      let again = try Schema(kvmDescriptors: block, header: header)
      precondition(again == schema, "the schema differs after a round trip")
    } catch {
      fatalError("an encoded schema is rejected: \(error)")
    }
  }

  private func read(_ statistic: Statistic, _ record: [UInt64], _ later: [UInt64]) {
    if let histogram = Histogram(of: statistic, in: record.span) {
      read(histogram, Histogram(of: statistic, in: later.span))
      for index in [0, histogram.shape.count - 1] {
        guard let bounds = histogram.shape.bounds(of: index) else { continue }
        _ = Quantity(bounds.lower, inUnitOf: statistic).text
      }
    }
    for index in statistic.words.prefix(4) {
      _ = Quantity(record[index], of: statistic)?.text
      _ = Delta(of: statistic, from: record[index], to: later[index])
      let windows = (Window(begin: 1, end: 5), Window(begin: 7, end: 9))
      guard
        let rate = Rate(
          of: statistic, from: record[index], at: windows.0, to: later[index], at: windows.1)
      else { continue }
      precondition(rate.lowest <= rate.highest, "the bounds of a rate are not in order")
      _ = Quantity(about: rate.perSecond, unit: statistic.unit).text
      guard let share = Share(rate, of: statistic) else { continue }
      precondition(share.value >= 0 && share.value <= 1, "a share of \(share.value)")
      _ = Quantity(share: share.value).text
    }
  }

  private func read(_ histogram: Histogram, _ later: Histogram?) {
    for fraction in [0, 0.5, 0.9, 0.99, 1] {
      let bounds = histogram.quantile(fraction)
      guard histogram.count > 0 else { continue }
      if let bounds, let upper = bounds.upper {
        precondition(bounds.lower <= upper, "the bounds of a quantile are not in order")
      }
    }
    guard let later else { return }
    do {
      if case .increase(var sum) = try later.change(since: histogram) {
        try sum.merge(histogram)
        precondition(sum.counts.allSatisfy { $0 < .max }, "a count equals the inactive marker")
      }
    } catch {
      fatalError("the shapes of a statistic differ: \(error)")
    }
  }
}
