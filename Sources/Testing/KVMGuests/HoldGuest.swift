import Glibc
public import LinuxSystem

/// Makes one guest and holds it until its time is over or the process is killed.
///
/// This is the body of a process of `GuestFleet`: it writes one line, `ready` or the failure, to
/// its standard output. A guest that fails later ends it, too.
public func holdGuest(_ configuration: HoldConfiguration) throws(SystemError) {
  let output = try Descriptor.standardOutput()
  let machine: GuestMachine
  do throws(SystemError) {
    if let parent = configuration.parent { try dieWithParent(parent) }
    if let processor = configuration.processor { try pinToProcessor(processor) }
    if configuration.niceness > 0 { try setNiceness(configuration.niceness) }
    machine = try GuestMachine(configuration.guest)
  } catch {
    try? output.write(Array((HoldReport.failed(error).line + "\n").utf8))
    throw error
  }
  defer { machine.stop() }
  try output.write(Array((HoldReport.ready.line + "\n").utf8))
  try machine.waitForFailure(
    within: configuration.seconds.map { .nanoseconds(Int64($0 * 1e9)) })
}
