import KVMStatsFormat
import LinuxSystem

extension KVMStatsFile {
  /// Reads a statistics descriptor that another process provided.
  ///
  /// - Throws: `notStatistics` if `admit` refuses the descriptor, or the error of the file.
  init(
    admitting descriptor: consuming Descriptor, schemas: inout SchemaCache
  ) throws(KVMStatsError) {
    try Self.admit(descriptor)
    try self.init(reading: descriptor, schemas: &schemas)
  }

  /// Refuses a descriptor whose read could block.
  ///
  /// The function itself reads nothing from the descriptor.
  ///
  /// The other process chooses the file behind the descriptor. A FUSE file, for example, answers a
  /// read only when its server decides to. Two kinds of file never block: the kernel's statistics
  /// files, which the kernel's name of the file identifies, and memory files that are sealed
  /// against shrinking.
  static func admit(_ descriptor: borrowing Descriptor) throws(KVMStatsError) {
    let name = descriptor.linkName ?? "?"
    let isKernelFile =
      name == "anon_inode:kvm-vm-stats" || name.hasPrefix("anon_inode:kvm-vcpu-stats:")
    guard isKernelFile || MemoryFile.isSizeSealed(descriptor) else {
      throw .notStatistics(name)
    }
  }
}
