import Glibc
public import LinuxSystem

/// Creates one guest and runs it for its configured time, or until the process is killed.
///
/// `GuestFleet` starts processes whose main function this is. The function writes one line, `ready`
/// or the error, to the standard output.
///
/// - Throws: The error of the guest, whether the guest fails at its creation or after `ready` was
///   written.
public func runGuest(_ configuration: GuestProcessConfiguration) throws(SystemError) {
  let output = try Descriptor.standardOutput()
  let vm: GuestVM
  do throws(SystemError) {
    if let parent = configuration.parent { try exitWithParent(parent) }
    if let cpu = configuration.cpu { try pinToCPU(cpu) }
    if configuration.niceness > 0 { try setNiceness(configuration.niceness) }
    vm = try GuestVM(configuration.guest)
  } catch {
    try? output.write(Array((GuestProcessReport.failed(error).line + "\n").utf8))
    throw error
  }
  defer { vm.stop() }
  try output.write(Array((GuestProcessReport.ready.line + "\n").utf8))
  try vm.waitForFailure(
    within: configuration.seconds.map { .nanoseconds(Int64($0 * 1e9)) })
}
