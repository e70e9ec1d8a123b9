// Compiled with the module StrictJSON into one with Sources/Formats/RRDFormat by Scripts/fuzz.sh.

/// Reads the bytes as a file of xcp-rrdd's plugins, as they are and with the checksums that they should
/// have, and all of them as metadata.
///
/// Source: LLVM's `docs/LibFuzzer.rst`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  look(bytes)
  look(mended(bytes))
  if let metadata = try? RRDMetadata(bytes, in: bytes.indices) { look(metadata) }
  return 0
}

/// The bytes with checksums that are right, as far as the rest of the header lets them be.
private func mended(_ bytes: [UInt8]) -> [UInt8] {
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

private func look(_ bytes: [UInt8]) {
  guard let file = try? RRDFile(bytes) else { return }
  precondition(file.values.count == file.metadata.sources.count, "values without a meaning")
  if let span = file.timestamp.realtime {
    precondition(span.begin <= span.end, "a time that ends before it begins")
  }
  look(file.metadata)
}

private func look(_ metadata: RRDMetadata) {
  for source in metadata.sources {
    precondition(!source.name.isEmpty, "a data source without a name")
    precondition(!source.least.isNaN && !source.greatest.isNaN, "a bound that is no number")
    precondition(RRDDataSource.Owner("\(source.owner)") == source.owner, "another owner")
  }
}
