internal import CVitalsData
public import Statistics

/// The schemas of KVM statistics of a real host, for simulations.
public enum SampleSchemas {
  /// Returns the schema of the statistics of a VM, from Linux 6.18 on x86.
  public static func vm() throws(KVMFormatError) -> Schema {
    // The bytes are constants of the program, so the pointer is always valid.
    let file = unsafe UnsafeRawBufferPointer(
      start: sample_vm_bytes(), count: sample_vm_size())
    return try schema(unsafe Array(file))
  }

  /// Returns the schema of the statistics of a vCPU, from Linux 6.18 on x86.
  public static func vcpu() throws(KVMFormatError) -> Schema {
    let file = unsafe UnsafeRawBufferPointer(
      start: sample_vcpu_bytes(), count: sample_vcpu_size())
    return try schema(unsafe Array(file))
  }

  private static func schema(_ bytes: [UInt8]) throws(KVMFormatError) -> Schema {
    let header = try KVMHeader(parsing: bytes.span)
    let descriptors = Array(bytes[header.descriptorOffset...])
    return try Schema(kvmDescriptors: descriptors.span, header: header)
  }
}
