// A server of the sample filesystem to stop and to kill, for tests and benchmarks.
//
//   fs-holder DIRECTORY [THREADS [REQUEST-TIMEOUT-SECONDS]]
//
// Writes `ready`, the number of its descriptor with the table's memory, and whether the kernel reads
// that; then serves until a signal, until it is unmounted, or until the process that started it ends.
import Glibc
import LinuxSystem
import SampleFileSystem
import StatsFS

func say(_ line: String) {
  try? Descriptor.writeStandardOutput(Array("\(line)\n".utf8))
}

let arguments = CommandLine.arguments.dropFirst()
guard let directory = arguments.first else {
  say("fs-holder DIRECTORY [THREADS [REQUEST-TIMEOUT-SECONDS]]")
  exit(2)
}
do {
  let signals = try EndSignals()
  let files = try SampleFileSystem()
  var wishes = FuseWishes()
  wishes.requestTimeoutSeconds = arguments.dropFirst(2).first.flatMap { UInt16($0) } ?? 0
  let session = try FuseSession(
    FuseMount(on: directory), files, wishes: wishes,
    threads: max(1, arguments.dropFirst().first.flatMap { Int($0) } ?? 1))
  say("ready \(files.tableNumber) \(files.refusal.map { "\($0)" } ?? "passthrough")")
  let parent = getppid()
  while getppid() == parent {
    if session.waitForEnd(milliseconds: 0) != nil { break }
    if signals.wait(until: monotonicNanoseconds() + 50_000_000) { break }
  }
  say("\(session.stop())")
} catch {
  say("fs-holder: \(error)")
  exit(1)
}
