// Prints one table of all results. README.md of this package explains them.
//
//   vitals-bench --vitals PATH --holder PATH --fs-holder PATH --peers PATH
//     [--only TEXT-OF-A-HEADING]
import CBench
import Glibc
import LinuxSystem

var programs: [String: String] = [:]
var words = CommandLine.arguments.dropFirst()
if words.first == "publish" {
  try TablePublisher(Array(words.dropFirst())).run()
}
if words.first == "serve-text", let directory = words.dropFirst().first {
  exit(unsafe bench_serve_text(directory) == 0 ? 0 : 1)
}
while let word = words.popFirst() {
  guard ["--vitals", "--holder", "--fs-holder", "--peers", "--only"].contains(word),
    let path = words.popFirst()
  else {
    printProgress("vitals-bench: unknown option '\(word)'\n")
    exit(2)
  }
  programs[word] = path
}

var report = Report(only: programs["--only"])
var pass = PassBenchmark()
report.part("A pass over 1,000 created vCPUs, one process, interleaved") { try pass.run(&$0) }
report.part("BPF: a pass over 1,000 created vCPUs, one process, interleaved") {
  try KernelBenchmark(holder: programs["--holder"]).run(&$0)
}
var files = FileBenchmark()
report.part("One file per value") { try files.run(&$0) }
var threads = ThreadBenchmark()
report.part("Schedule statistics of 1,000 threads") {
  try threads.run(&$0, holder: programs["--holder"])
}
var monitor = MonitorBenchmark()
report.part("QMP of a real QEMU, one round trip, not parsed") { try monitor.run(&$0) }
report.part("All values of one vCPU, by access method") {
  try addCosts(pass, files, threads, monitor, &$0)
}
var peers = PeerBenchmark(script: programs["--peers"])
report.part("1,000 values of another process, peers") { try peers.run(&$0) }
report.part("The shared table, writing, one process, interleaved") {
  try TableWriteBenchmark().run(&$0)
}
report.part("The shared table, reading 1,000 values of another process, interleaved") {
  try TableReadBenchmark(pcp: peers.pcp, varnish: peers.varnish).run(&$0)
}
report.part("Aggregates of 60 statistics over 10,000 sources, one process, interleaved") {
  AggregationBenchmark().run(&$0)
}
report.part("The tree") { try TreeBenchmark().run(&$0) }
report.part("The filesystem, one kernel, interleaved") {
  try FileSystemBenchmark(holder: programs["--fs-holder"]).run(&$0)
}
report.part("A mounted tree of 1,000 sources with 60 statistics, one core") {
  try MountedTreeBenchmark(holder: programs["--fs-holder"]).run(&$0)
}
report.part("Exits of a guest with events on its thread, in turns") {
  try EventBenchmark().run(&$0)
}
report.part("A table through a mount, one process, interleaved") {
  try MountedTableBenchmark(vitals: programs["--vitals"]).run(&$0)
}
report.part("vitals watch --every 1s 'kvm/**'") {
  try WatchBenchmark(vitals: programs["--vitals"], holder: programs["--holder"]).run(&$0)
}
report.part("vitals top, 1,000 vCPUs, ten minutes of history") { try TopBenchmark().run(&$0) }
report.part("A refresh of vitals top and of other tools") {
  try TopCommandBenchmark(vitals: programs["--vitals"], holder: programs["--holder"]).run(
    pass, files, &$0)
}

try Descriptor.standardOutput().write(Array(report.text.utf8))
exit(report.isBroken ? 1 : 0)
