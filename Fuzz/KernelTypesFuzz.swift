// Compiled into one module with Sources/Inputs/KVMKernelReader/Types by Scripts/fuzz.sh.

/// Parses the bytes as the types of a kernel, and as those of a module of a valid kernel.
///
/// LLVM's `docs/LibFuzzer.rst` defines the name and the signature of this function.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  query(try? KernelTypes(kernel: bytes))
  query(try? KernelTypes(kernel: base, module: bytes))
  return 0
}

/// The types of a kernel with one structure.
private let base: [UInt8] =
  [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 24, 0, 0, 0, 6, 0, 0, 0]
  + [1, 0, 0, 0, 1, 0, 0, 4, 8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
  + [0, 0x66, 0x69, 0x6c, 0x65, 0]

private func query(_ types: KernelTypes?) {
  guard let types else { return }
  _ = try? KernelLayout(types)
  for found in types.types(.structure, named: ["file", "a", "outer"]) {
    for type in found.prefix(4) {
      precondition(types.byteCount(of: type) != nil, "a structure has a size")
      if let offset = types.offset(of: "f_op", in: type) { precondition(offset >= 0) }
    }
  }
}
