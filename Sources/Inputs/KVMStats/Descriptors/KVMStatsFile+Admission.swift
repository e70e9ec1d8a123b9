import KVMStatsFormat
import LinuxSystem

extension KVMStatsFile {
  /// Reads a statistics descriptor that another process provided.
  ///
  /// - Throws: `notStatistics` if the descriptor is not admitted, or the error of the file.
  init(
    admitting descriptor: consuming Descriptor, schemas: inout SchemaCache
  ) throws(KVMStatsError) {
    try Self.admit(descriptor)
    try self.init(reading: descriptor, schemas: &schemas)
  }

  /// Refuses a descriptor whose read could block, before anything of it is read.
  ///
  /// The other process chooses the file behind the descriptor: a FUSE file, for example, answers a
  /// read when its server wants. Two kinds of file never block: the kernel's own statistics, which
  /// are recognized by the name that the kernel gives them, and memory files that cannot shrink.
  static func admit(_ descriptor: borrowing Descriptor) throws(KVMStatsError) {
    let name = descriptor.linkName ?? "?"
    let isKernelFile =
      name == "anon_inode:kvm-vm-stats" || name.hasPrefix("anon_inode:kvm-vcpu-stats:")
    guard isKernelFile || MemoryFile.isSizeSealed(descriptor) else {
      throw .notStatistics(name)
    }
  }
}
