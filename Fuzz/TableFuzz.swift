// Compiled with the modules of SharedTable by Scripts/fuzz.sh.
import LinuxSystem
import SharedTable

/// Reads the bytes as a table, samples all of its groups, and refreshes it.
///
/// LLVM's `docs/LibFuzzer.rst` defines the name and the signature of this function.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let file = try MemoryFile(name: "fuzz", contents: bytes)
    try file.sealSize()
    read(try Reader(of: file.release(), file: "fuzz"))
  } catch let error as TableError {
    precondition(!error.description.isEmpty)
  } catch {
    fatalError("cannot create the file: \(error)")
  }
  return 0
}

private func read(_ reader: Reader) {
  let paths = reader.sources.map(\.path)
  precondition(Set(paths).count == paths.count, "two sources have the same path")
  for error in reader.errors { precondition(!error.description.isEmpty) }
  var words = [UInt64](repeating: 0, count: 70_000)
  for group in reader.groups where group.schema.wordCount <= words.count {
    var span = words.mutableSpan
    _ = reader.view.sample(group.slot, into: &span)
  }
  _ = reader.health()
  reader.refresh()
  precondition(
    reader.sources.map(\.path) == paths, "the sources changed, although the table did not")
}
