/// What a virtual machine is made of.
public struct GuestConfiguration: Hashable, Sendable {
  public var payload: Payload
  /// At least 1; the host's KVM has a limit.
  public var vcpus: Int
  public var pace: Pace
  /// Whether the machine keeps statistics descriptors open, as QEMU does since 8.1.
  ///
  /// Without them nobody outside of the VMM can read its binary statistics.
  public var keepsStatsDescriptors: Bool

  /// How long the VMM works on each exit, as a busy device model does.
  public var workNanoseconds: UInt64 = 0

  public init(
    payload: Payload, vcpus: Int = 1, pace: Pace = .usual, keepsStatsDescriptors: Bool = true
  ) {
    precondition(vcpus >= 1, "a machine has vCPUs")
    self.payload = payload
    self.vcpus = vcpus
    self.pace = pace
    self.keepsStatsDescriptors = keepsStatsDescriptors
  }
}
