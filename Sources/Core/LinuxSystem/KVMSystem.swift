import CLinux
import Glibc

/// Queries the host's KVM and creates VMs, through `/dev/kvm` (linux/kvm.h).
public struct KVMSystem: ~Copyable, Sendable {
  let descriptor: Descriptor
  /// The size of the memory that a vCPU shares with its VMM, in bytes.
  let vcpuMappingSize: Int

  /// Opens `/dev/kvm`.
  ///
  /// - Throws: `ENOENT` if the host has no KVM, `EACCES` without permission, `ENOTSUP` if the API
  ///   is not the stable version 12.
  public init() throws(SystemError) {
    let file = try Descriptor.open("/dev/kvm", for: .readWrite)
    let version = try control(
      file, CLINUX_KVM_GET_API_VERSION, 0, call: "KVM_GET_API_VERSION", on: "/dev/kvm")
    guard version == KVM_API_VERSION else {
      throw SystemError(call: "KVM_GET_API_VERSION", object: "/dev/kvm", code: ENOTSUP)
    }
    let size = try control(
      file, CLINUX_KVM_GET_VCPU_MMAP_SIZE, 0, call: "KVM_GET_VCPU_MMAP_SIZE", on: "/dev/kvm")
    descriptor = file
    vcpuMappingSize = Int(size)
  }

  /// Queries an extension (KVM_CHECK_EXTENSION).
  ///
  /// - Returns: The value of the extension; 0 if KVM does not support the extension.
  public func support(forExtension number: Int) throws(SystemError) -> Int {
    let support = try control(
      descriptor, CLINUX_KVM_CHECK_EXTENSION, UInt(number), call: "KVM_CHECK_EXTENSION",
      on: "/dev/kvm")
    return Int(support)
  }

  /// Returns `true` if VMs and vCPUs have statistics descriptors (KVM_CAP_BINARY_STATS_FD, 203).
  public func hasStatsDescriptors() throws(SystemError) -> Bool {
    try support(forExtension: Int(KVM_CAP_BINARY_STATS_FD)) > 0
  }

  /// Returns the maximum number of vCPUs of one VM (KVM_CAP_MAX_VCPUS).
  public func maximumVCPUCount() throws(SystemError) -> Int {
    try support(forExtension: Int(KVM_CAP_MAX_VCPUS))
  }

  /// Creates a VM without memory and vCPUs (KVM_CREATE_VM).
  public func createVM() throws(SystemError) -> KVMVirtualMachine {
    let number = try control(
      descriptor, CLINUX_KVM_CREATE_VM, 0, call: "KVM_CREATE_VM", on: "/dev/kvm")
    return KVMVirtualMachine(
      descriptor: Descriptor(owning: number), vcpuMappingSize: vcpuMappingSize)
  }
}

/// Calls ioctl(2) with an integer argument and returns its non-negative result.
func control(
  _ descriptor: borrowing Descriptor, _ request: Int, _ argument: UInt, call: String,
  on object: String
) throws(SystemError) -> CInt {
  let result = clinux_ioctl(descriptor.rawValue, UInt32(truncatingIfNeeded: request), argument)
  guard result >= 0 else { throw SystemError(call: call, on: object) }
  return result
}

/// Calls ioctl(2) with the address of `value` as the argument.
func control<Value: BitwiseCopyable>(
  _ descriptor: borrowing Descriptor, _ request: Int, _ value: inout Value, call: String,
  on object: String
) throws(SystemError) {
  let result = unsafe withUnsafeMutablePointer(to: &value) { pointer in
    unsafe clinux_ioctl_at(descriptor.rawValue, UInt32(truncatingIfNeeded: request), pointer)
  }
  guard result >= 0 else { throw SystemError(call: call, on: object) }
}
