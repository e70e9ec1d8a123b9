import Glibc
public import LinuxSystem

/// Makes one guest and holds it until its time is over or the process is killed.
///
/// This is the body of a process of `GuestFleet`: it writes one line, `ready` or the failure, to
/// its standard output. A guest that fails later ends it, too.
public func holdGuest(_ configuration: HoldConfiguration) throws(SystemError) {
  let output = try Descriptor.standardOutput()
  let vm: GuestVM
  do throws(SystemError) {
    if let parent = configuration.parent { try dieWithParent(parent) }
    if let vcpu = configuration.vcpu { try pinToCPU(vcpu) }
    if configuration.niceness > 0 { try setNiceness(configuration.niceness) }
    vm = try GuestVM(configuration.guest)
  } catch {
    try? output.write(Array((HoldReport.failed(error).line + "\n").utf8))
    throw error
  }
  defer { vm.stop() }
  try output.write(Array((HoldReport.ready.line + "\n").utf8))
  try vm.waitForFailure(
    within: configuration.seconds.map { .nanoseconds(Int64($0 * 1e9)) })
}
