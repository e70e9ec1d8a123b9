import Glibc
import KVMStatsFormat
import LinuxSystem
import Statistics
public import StatsChecks

/// Checks the statistics descriptors of this kernel, on a VM that the check creates.
///
/// The rules (`CalibrationRule`) need descriptors that no other process uses.
public struct CalibrationVMCheck {
  public init() {}

  /// Creates a VM with one vCPU, checks its files, and closes it.
  public func run() -> [Finding] {
    var list = FindingList<CalibrationRule>(object: "calibration VM")
    do {
      let system = try KVMSystem()
      guard try system.hasStatsDescriptors() else {
        list.skip(.descriptorsExist, "this kernel does not (KVM_CAP_BINARY_STATS_FD, Linux 5.14)")
        return list.findings
      }
      list.check(.descriptorsExist, true, "")
      let vm = try system.createVM()
      let vcpu = try vm.createVCPU(0)
      let findings =
        StatsFileCheck(try vm.statsDescriptor(), object: "calibration VM").run()
        + StatsFileCheck(try vcpu.statsDescriptor(), object: "calibration VM/vcpu0").run()
      try checkDescriptors(vm, vcpu, &list)
      return list.findings + findings
    } catch {
      list.skip(.descriptorsExist, "\(error)")
      return list.findings
    }
  }

  private func checkDescriptors(
    _ vm: consuming KVMVirtualMachine, _ vcpu: consuming KVMVCPU,
    _ list: inout FindingList<CalibrationRule>
  ) throws(SystemError) {
    let first = try vcpu.statsDescriptor()
    let second = try vcpu.statsDescriptor()
    list.check(
      .severalDescriptors,
      Self.reads(first) && Self.reads(second), "the second is not readable")
    let copy = try first.duplicate()
    let number = first.release()
    close(number)
    list.check(.closing, fcntl(number, F_GETFD) == -1, "it is still open")
    list.check(.copies, Self.reads(copy), "it is not readable")
    Self.end(vcpu)
    Self.end(vm)
    list.check(.lifetime, Self.reads(second), "they are not")
  }

  private static func reads(_ descriptor: borrowing Descriptor) -> Bool {
    (try? descriptor.bytes(count: 24, at: 0)) != nil
  }

  private static func end(_ vm: consuming KVMVirtualMachine) {}
  private static func end(_ vcpu: consuming KVMVCPU) {}
}
