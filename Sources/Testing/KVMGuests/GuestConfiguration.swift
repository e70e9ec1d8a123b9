/// The configuration of a VM.
public struct GuestConfiguration: Hashable, Sendable {
  public var payload: Payload
  /// The number of vCPUs, at least 1 and at most the limit of the host's KVM.
  public var vcpus: Int
  public var pace: Pace
  /// Whether the VM keeps statistics descriptors open, as QEMU does since 8.1.
  ///
  /// If the VM keeps no descriptors open, other processes cannot read its binary statistics,
  /// because there is no descriptor to copy.
  public var keepsStatsDescriptors: Bool

  /// The CPU time that the VMM uses for each exit, in nanoseconds, to imitate a busy device model.
  public var workNanoseconds: UInt64 = 0

  public init(
    payload: Payload, vcpus: Int = 1, pace: Pace = .usual, keepsStatsDescriptors: Bool = true
  ) {
    precondition(vcpus >= 1, "a VM has at least one vCPU")
    self.payload = payload
    self.vcpus = vcpus
    self.pace = pace
    self.keepsStatsDescriptors = keepsStatsDescriptors
  }
}
