import Glibc
import KVMGuests
import LinuxSystem
import Statistics
import StatsTesting
import StatsTree
import TestSupport
import Testing

@testable import KVMKernelReader
@testable import KVMStatsFormat

/// The BPF programs, applied to descriptors of this process.
@Suite(.serialized, .enabled(if: BPFHost.isUsable, "no BPF or no usable /dev/kvm"))
struct KernelProbeTests {
  @Test("A descriptor of another object than the expected VM or vCPU is rejected")
  func rejections() throws {
    let records = try KernelReaderBacking(BPFHost.probe())
    let system = try KVMSystem()
    let vm = try system.createVM()
    let vcpu = try vm.createVCPU(2)
    func open(
      _ descriptor: consuming Descriptor, _ kind: KernelObject, _ number: Int = 0
    ) -> Int? {
      records.open(descriptor, kind, number: number)
    }
    func copy(_ number: CInt) throws -> Descriptor {
      let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
      try #require(copy >= 0)
      return Descriptor(owning: copy)
    }
    let rejected = [
      open(try Descriptor.open("/dev/null"), .vcpu),
      open(try Descriptor.open("/dev/kvm", for: .readWrite), .vm),
      open(try vcpu.statsDescriptor(), .vcpu, 2),
      open(try vm.statsDescriptor(), .vm),
      open(try copy(vm.rawValue), .vcpu, 2),
      open(try copy(vcpu.rawValue), .vm),
      open(try copy(vcpu.rawValue), .vcpu, 1),
    ]
    #expect(rejected.allSatisfy { $0 == nil }, "\(rejected)")
    #expect(records.count == 0)
    let tokens = (
      open(try copy(vcpu.rawValue), .vcpu, 2), open(try copy(vm.rawValue), .vm)
    )
    let first = try #require(tokens.0)
    let whole = try #require(tokens.1)
    #expect(records.vm(of: first) == records.vm(of: whole))
    // Descriptors that the process does not have.
    for number in [-1, 100_000, Int32.max] {
      records.probe.setRequest(0, number, .vcpu)
      #expect(records.probe.run(1) == 0)
      #expect(records.probe.identity(0) == nil)
    }
  }

  @Test("A backing of 200 groups passes the conformance suite; a closed group is gone")
  func conformance() throws {
    let records = try KernelReaderBacking(BPFHost.probe())
    let system = try KVMSystem()
    let vm = try system.createVM()
    var tokens: [Int] = []
    for number in 0..<200 {
      let vcpu = try vm.createVCPU(number)
      let copy = fcntl(vcpu.rawValue, F_DUPFD_CLOEXEC, 3)
      let token = records.open(Descriptor(owning: copy), .vcpu, number: number)
      tokens.append(try #require(token))
    }
    let schema = records.schema(of: .vcpu)
    records.close(tokens[70])
    let members = tokens.map {
      BackingConformance.Member(token: $0, schema: schema, works: $0 != tokens[70])
    }
    let violations = BackingConformance(records, members: members, expected: { _ in nil }).run()
    #expect(violations == [])
  }

  @Test("A group is gone if its descriptor refers to another file")
  func replaced() throws {
    let records = try KernelReaderBacking(BPFHost.probe())
    let system = try KVMSystem()
    let one = try system.createVM()
    let first = try one.createVCPU(0)
    let two = try system.createVM()
    let second = try two.createVCPU(0)
    let copy = fcntl(first.rawValue, F_DUPFD_CLOEXEC, 3)
    let opened = records.open(Descriptor(owning: copy), .vcpu)
    let token = try #require(opened)
    let probe = Probe(records, [(token, records.schema(of: .vcpu))])
    #expect(probe.status(token) == .up)
    // The vCPU with the same id of another VM, the right vCPU, then another file.
    for (other, status) in [
      (second.rawValue, Status.gone), (first.rawValue, .up), (STDERR_FILENO, .gone),
    ] {
      try #require(dup2(other, copy) == copy)
      probe.sampler.pass()
      #expect(probe.status(token) == status)
    }
  }

  @Test(
    "Kernels without bpf_rdonly_cast or without counted loops are supported",
    arguments: [(false, true), (true, false), (false, false)])
  func older(hasCast: Bool, hasCounting: Bool) throws {
    var schemas = SchemaCache()
    let probe = try KernelProbe(roots: SystemRoots(), schemas: &schemas) { layout in
      if !hasCast { layout.cast = nil }
      if !hasCounting { layout.counting = nil }
    }
    let records = KernelReaderBacking(probe)
    let system = try KVMSystem()
    let vm = try system.createVM()
    for number in 0..<200 {
      let vcpu = try vm.createVCPU(number)
      let copy = fcntl(vcpu.rawValue, F_DUPFD_CLOEXEC, 3)
      let token = records.open(Descriptor(owning: copy), .vcpu, number: number)
      #expect(token == number)
    }
    let schema = records.schema(of: .vcpu)
    let groups = Probe(records, (0..<200).map { ($0, schema) })
    #expect((0..<200).allSatisfy { groups.status($0) == .up })
  }

  @Test("A walk finds the descriptors of a process with VM, vCPU and thread, also if limited to it")
  func walk() throws {
    let probe = try BPFHost.probe()
    let system = try KVMSystem()
    let vm = try system.createVM()
    let vcpu = try vm.createVCPU(4)
    let statistics = try vcpu.statsDescriptor()
    func own(_ records: [DescriptorIteratorRecord]) -> [DescriptorIteratorRecord] {
      let numbers = [vm.rawValue, vcpu.rawValue, statistics.rawValue]
      return records.filter { $0.process == getpid() && numbers.contains($0.descriptor) }
    }
    let found = own(try probe.walk())
    #expect(Set(found.map(\.kind)) == [.vm, .vcpu, .vcpuStatistics])
    #expect(Set(found.map(\.vm)).count == 1)
    for record in found where record.kind != .vm { #expect(record.vcpu == 4) }
    #expect(found.allSatisfy { $0.thread == 0 })
    let limited = try probe.walk(process: getpid())
    #expect(Set(own(limited)) == Set(found))
    #expect(limited.allSatisfy { $0.process == getpid() })
    let other = try probe.walk(process: 1)
    #expect(own(other) == [])
  }

  @Test("A walk reports the threads of a running guest")
  func threads() throws {
    let probe = try BPFHost.probe()
    let guest = try GuestVM(GuestConfiguration(payload: .idle, vcpus: 3))
    defer { guest.stop() }
    let threads = Set(guest.vcpuThreads)
    let isRight = try waits {
      let found = try probe.walk(process: getpid()).filter { threads.contains($0.thread) }
      let vcpus = found.filter { $0.kind == .vcpu }
      return vcpus.count == 3
        && vcpus.allSatisfy { guest.vcpuThreads[$0.vcpu] == $0.thread }
    }
    #expect(isRight)
  }

  @Test("The error contains the reason why BPF cannot be used")
  func fallbacks() throws {
    var schemas = SchemaCache()
    let system = try FakeSystem()
    func probeError(_ change: (inout SystemRoots) throws -> Void) rethrows -> BPFUnavailableError? {
      var roots = SystemRoots()
      try change(&roots)
      do throws(BPFUnavailableError) {
        _ = try KernelProbe(roots: roots, schemas: &schemas)
        return nil
      } catch {
        return error
      }
    }
    let none = probeError { $0.sys = system.roots.sys }
    #expect("\(none.map { "\($0)" } ?? "")".contains("CONFIG_DEBUG_INFO_BTF"))
    try system.write("no types, but as many bytes as a header has", to: "sys/kernel/btf/vmlinux")
    let invalid = probeError { $0.sys = system.roots.sys }
    #expect(invalid == .invalidTypes(.magic(0x6f6e)))
    try Descriptor.open("\(system.roots.sys)/kernel/btf/vmlinux", for: .create)
      .write(TypeFile.example.bytes)
    let missing = probeError { $0.sys = system.roots.sys }
    #expect(missing == .missingField(.init(field: "file.f_op")))
    try system.link("proc/self", to: "\(getpid() + 1)")
    #expect(probeError { $0.proc = system.roots.proc } == .namespace)
  }

  @Test("The error of a program that the verifier rejects contains the reason")
  func verifier() {
    var code = Assembler()
    code.load(.r0, .r2, 0)
    code.exit(0)
    let words = code.finish()
    let error = #expect(throws: BPFLoadError.self) {
      _ = try BPFProgram(words, for: .call, name: "bad")
    }
    #expect(error?.log.contains { $0.contains("R2") } ?? false, "\(error?.log ?? [])")
    #expect(
      BPFUnavailableError(
        BPFLoadError(system: SystemError(call: "bpf", object: "x", code: EPERM), log: []),
        lockdown: "none integrity [confidentiality]\n") == .lockdown)
  }

  @Test("The error of a process without capabilities names the required ones")
  func unprivileged() async {
    await #expect(processExitsWith: .success) {
      guard setuid(65534) == 0 else { exit(2) }
      do {
        _ = try BPFHost.probe()
        exit(3)
      } catch {
        guard case .capability = error as? BPFUnavailableError else { exit(4) }
        guard "\(error)".contains("CAP_BPF and CAP_PERFMON") else { exit(5) }
      }
    }
  }

  @Test("Loaded programs can be used after privileges were dropped")
  func dropped() async {
    await #expect(processExitsWith: .success) {
      let records = try KernelReaderBacking(BPFHost.probe())
      let system = try KVMSystem()
      let vm = try system.createVM()
      let vcpu = try vm.createVCPU(0)
      let copy = fcntl(vcpu.rawValue, F_DUPFD_CLOEXEC, 3)
      guard let token = records.open(Descriptor(owning: copy), .vcpu) else { exit(2) }
      guard setuid(65534) == 0 else { exit(3) }
      let probe = Probe(records, [(token, records.schema(of: .vcpu))])
      guard probe.status(token) == .up else { exit(4) }
      guard try records.probe.walk().contains(where: { $0.process == getpid() }) else { exit(5) }
    }
  }
}
