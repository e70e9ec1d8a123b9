// A VMM for tests: runs one guest, or with `--fleet N` starts N processes that run one each.
//
//   guest-holder --name X --uuid U --vcpus M --payload P --pace R --for SECONDS
//     --no-stats-descriptors --fleet N
//
// Writes `ready` after the VM has started, or `ready PID…` after all VMs of a fleet have started.
import Glibc
import KVMGuests
import LinuxSystem

func fail(_ reason: String, status: CInt) -> Never {
  let line = Array("guest-holder: \(reason)\n".utf8)
  try? Descriptor.standardError().write(line)
  exit(status)
}

func runFleet(_ count: Int, of pattern: GuestProcessConfiguration) throws {
  let members = (0..<count).map { index in
    GuestProcessConfiguration(name: "\(pattern.name)-\(index)", guest: pattern.guest)
  }
  let fleet = try GuestFleet(members, launcher: .currentProgram())
  let pids = fleet.pids.map { " \($0)" }.joined()
  try Descriptor.standardOutput().write(Array("ready\(pids)\n".utf8))
  sleepNanoseconds(pattern.seconds.map { UInt64($0 * 1e9) })
  fleet.stop()
}

do {
  var arguments = Array(CommandLine.arguments.dropFirst())
  var fleetSize: Int?
  if let position = arguments.firstIndex(of: "--fleet") {
    guard position + 1 < arguments.count, let count = Int(arguments[position + 1]), count >= 1
    else { fail("'--fleet' needs a number of at least 1", status: 2) }
    fleetSize = count
    arguments.removeSubrange(position...position + 1)
  }
  let configuration = try GuestProcessConfiguration(arguments: arguments)
  if let fleetSize {
    try runFleet(fleetSize, of: configuration)
  } else {
    try runGuest(configuration)
  }
} catch let error as GuestProcessConfiguration.UsageError {
  fail("\(error)", status: 2)
} catch {
  fail("\(error)", status: 1)
}
