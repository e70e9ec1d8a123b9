import CAllocations
import KVMKernelReader
import KVMStats
import LinuxSystem
import StatsTree

/// BPF: passes against pread(2) of the same values in C, and discovery among many processes.
struct KernelBenchmark {
  private static let vcpuCount = 1_000
  private static let otherProcesses = 1_000
  private static let blocks = 10
  private static let roundsPerBlock = 200

  /// The path of `guest-holder`.
  let holder: String?

  func run(_ report: inout Report) throws {
    try passes(&report)
    try discovery(&report)
  }

  private func makeBacking() throws -> KernelReaderBacking {
    do {
      return try KernelReaderBacking()
    } catch {
      throw MissingRequirementError("no BPF: \(error)")
    }
  }

  private func passes(_ report: inout Report) throws {
    let setUp = try repeated(10) { _ = try makeBacking() }
    report.add("reading kernel types, calibration, loading: min, median", both(setUp))
    let backing = try makeBacking()
    let tree = Tree()
    let parent = tree.source("kvm/bench")
    let process = try ProcessDescriptor(pid: currentProcess())
    let created = try CreatedVCPUs(count: Self.vcpuCount) { vcpu in
      guard
        let opened = backing.open(
          vcpu: try process.copyDescriptor(vcpu.rawValue), number: vcpu.index)
      else { throw MissingRequirementError("BPF does not find a vCPU") }
      try tree.attach(
        "kvm", schema: opened.schema, backing: backing, token: opened.token, provenance: .bpf,
        to: try tree.add("vcpu\(vcpu.index)", below: parent))
    }
    let sampler = Sampler(tree)
    var next = [UInt64](repeating: 0, count: created.wordCount)
    var other = next
    // The sampler keeps two samples, because rates need the previous one: so does the loop.
    let read = {
      swap(&next, &other)
      created.read(into: &next)
    }
    let blocks = (0..<Self.blocks).map { _ in
      interleaved(Self.roundsPerBlock, [{ sampler.pass() }, read])
    }
    precondition(sampler.plan.entries.allSatisfy { sampler.status(of: $0) == .up })
    var ratios = Series()
    for block in blocks { ratios.add(block[0].median / block[1].median) }
    guard let best = blocks.min(by: { $0[1].median < $1[1].median }) else { return }
    report.add("sampler by BPF, a pass: min, median", both(best[0]))
    report.add("C loop of pread, two buffers: min, median", both(best[1]))
    let (minima, medians) = (
      best[0].minimum / best[1].minimum, best[0].median / best[1].median
    )
    report.add(
      "sampler by BPF / C: minima, medians", "\(fixed(minima)), \(fixed(medians))",
      bar: "<= 0.6", holds: max(minima, medians) <= 0.6)
    report.add(
      "ratios of all \(Self.blocks) blocks: min, median, max",
      "\(fixed(ratios.minimum)), \(fixed(ratios.median)), \(fixed(ratios.quantile(1)))")
    guard allocations_are_counted() else {
      throw MissingRequirementError("allocations are not counted")
    }
    allocations_reset()
    for _ in 0..<100 { sampler.pass() }
    let allocations = allocations_count()
    report.add("allocations in 100 passes", "\(allocations)", bar: "0", holds: allocations == 0)
  }

  private func discovery(_ report: inout Report) throws {
    guard let holder else { throw MissingRequirementError("no --holder") }
    let null = try Descriptor.open("/dev/null", for: .readWrite)
    var others: [ChildProcess] = []
    defer { for other in others { other.kill() } }
    for _ in 0..<Self.otherProcesses {
      others.append(
        try ChildProcess(executable: "/bin/sleep", arguments: ["600"], output: null.duplicate()))
    }
    let guest = try ChildProcess(
      executable: holder,
      arguments: [
        "-name", "bench", "--payload", "created", "--vcpus", "10", "--no-stats-descriptors",
      ],
      output: null.duplicate())
    defer { guest.kill() }
    var options = KVMInput.Options()
    options.methods = [.bpf]
    // Rescan the whole host at each refresh.
    options.rescanSeconds = 0
    let tree = Tree()
    let input = try KVMInput(tree, options: options)
    let end = monotonicNanoseconds() + 5_000_000_000
    while tree.root.child("kvm")?.child("bench")?.children.count != 10 {
      _ = input.refresh()
      guard monotonicNanoseconds() < end else {
        throw MissingRequirementError("the guest did not start")
      }
      sleepNanoseconds(10_000_000)
    }
    // Wait for the end of the period in which a new VMM is rescanned more often.
    sleepNanoseconds(11_000_000_000)
    let rescans = repeated(50) { _ = input.refresh() }
    report.add(
      "rescan of a host with 1,000 other processes: min, median", both(rescans), bar: "<= 5 ms",
      holds: rescans.median <= 5e6)
    options.methods = [.pidfd]
    let named = try KVMInput(Tree(), options: options)
    // The first scan reads the names of all descriptors, and then one scan per minute.
    let first = time { _ = named.refresh() }
    report.add("first scan by names in proc(5)", duration(first))
  }

  private func both(_ series: Series) -> String {
    "\(duration(series.minimum)), \(duration(series.median))"
  }
}
