// Scripts/fuzz.sh compiles this file and Sources/Formats/RRDFormat into one module, which imports
// StrictJSON.

/// Parses the bytes as a file of xcp-rrdd's protocol V2, unchanged and with correct checksums, and
/// as metadata.
///
/// LLVM's `docs/LibFuzzer.rst` defines the name and the signature of this function.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  check(bytes)
  check(withCorrectChecksums(bytes))
  if let metadata = try? RRDMetadata(bytes, in: bytes.indices) { check(metadata) }
  return 0
}

/// Returns the bytes with correct checksums, or unchanged if the header is invalid.
private func withCorrectChecksums(_ bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes
  guard let header = try? RRDHeader(bytes),
    let range = try? RRDFile.metadataRange(of: header, bytes)
  else { return bytes }
  bytes.setBigEndian(Checksum.of(bytes, in: range), at: RRDLayout.metadataChecksumOffset)
  bytes.setBigEndian(
    Checksum.of(bytes, in: RRDLayout.timestampOffset..<header.valuesEnd),
    at: RRDLayout.dataChecksumOffset)
  return bytes
}

private func check(_ bytes: [UInt8]) {
  guard let file = try? RRDFile(bytes) else { return }
  precondition(file.values.count == file.metadata.sources.count, "a value without a description")
  if let span = file.timestamp.realtime {
    precondition(span.begin <= span.end, "an interval that ends before it begins")
  }
  check(file.metadata)
}

private func check(_ metadata: RRDMetadata) {
  for source in metadata.sources {
    precondition(!source.name.isEmpty, "a data source without a name")
    precondition(!source.minimum.isNaN && !source.maximum.isNaN, "a bound that is not a number")
    precondition(RRDDataSource.Owner("\(source.owner)") == source.owner, "a different owner")
  }
}
