import CVitalsData
public import Statistics

/// The schemas of a real machine, for simulations where there is none.
public enum SampleSchemas {
  /// Of a VM of Linux 6.18 on x86.
  public static func machine() throws(KVMFormatError) -> Schema {
    try schema(
      unsafe UnsafeRawBufferPointer(
        start: sample_machine_bytes(), count: sample_machine_size()))
  }

  /// Of a vCPU of Linux 6.18 on x86.
  public static func processor() throws(KVMFormatError) -> Schema {
    try schema(
      unsafe UnsafeRawBufferPointer(
        start: sample_processor_bytes(), count: sample_processor_size()))
  }

  private static func schema(_ file: UnsafeRawBufferPointer) throws(KVMFormatError) -> Schema {
    // The C side keeps the bytes for as long as the program runs.
    let bytes = unsafe Array(file)
    let header = try KVMHeader(parsing: bytes.span)
    let descriptors = Array(bytes[header.descriptorOffset...])
    return try Schema(kvmDescriptors: descriptors.span, header: header)
  }
}
