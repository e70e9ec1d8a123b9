import CVitalsData
public import Statistics

/// The schemas of a real machine, for simulations where there is none.
public enum SampleSchemas {
  /// Of a VM of Linux 6.18 on x86.
  public static func vm() throws(KVMFormatError) -> Schema {
    // The C side keeps its bytes for as long as the program runs.
    let file = unsafe UnsafeRawBufferPointer(
      start: sample_machine_bytes(), count: sample_machine_size())
    return try schema(unsafe Array(file))
  }

  /// Of a vCPU of Linux 6.18 on x86.
  public static func vcpu() throws(KVMFormatError) -> Schema {
    let file = unsafe UnsafeRawBufferPointer(
      start: sample_processor_bytes(), count: sample_processor_size())
    return try schema(unsafe Array(file))
  }

  private static func schema(_ bytes: [UInt8]) throws(KVMFormatError) -> Schema {
    let header = try KVMHeader(parsing: bytes.span)
    let descriptors = Array(bytes[header.descriptorOffset...])
    return try Schema(kvmDescriptors: descriptors.span, header: header)
  }
}
