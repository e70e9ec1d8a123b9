import Glibc
import KVMKernelReader
import LinuxSystem
import StatsInput
import StatsTree

/// Reads statistics in the kernel with BPF, for VMs whose VMM keeps no statistics descriptor open.
///
/// Needs CAP_BPF and CAP_PERFMON when it loads its programs, and the right to trace each VMM.
final class KernelReaderMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: KVMInput.Method.bpf.rawValue, provenance: .bpf,
    requirement: "root or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE, and a kernel with BTF")

  private struct State {
    var tokens: [Int] = []
    /// Whether this method has tried to attach the group of the VM itself.
    var hasTriedVM = false
    /// The vCPUs whose groups this method has tried to attach.
    var triedVCPUs: Set<Int> = []
  }

  private enum Outcome {
    case attached
    case failed
    /// The copy was not permitted. Copies of the other descriptors would not be permitted either.
    case denied
  }

  /// The loaded programs, or the reason why they cannot be loaded; `nil` before the first use.
  var reader: Result<KernelReaderBacking, BPFUnavailableError>?
  private let sources: VMSources
  private let roots: SystemRoots
  private var states: [VirtualMachine: State] = [:]

  init(_ sources: VMSources, roots: SystemRoots) {
    self.sources = sources
    self.roots = roots
  }

  /// Returns the loaded programs.
  ///
  /// The first call loads them, which takes about 10 ms.
  func loadedReader() -> Result<KernelReaderBacking, BPFUnavailableError> {
    if let reader { return reader }
    let loaded: Result<KernelReaderBacking, BPFUnavailableError>
    do throws(BPFUnavailableError) {
      loaded = .success(
        KernelReaderBacking(try KernelProbe(roots: roots, schemas: &sources.schemas)))
    } catch {
      loaded = .failure(error)
    }
    reader = loaded
    return loaded
  }

  // MARK: - AccessMethod

  func acquire(_ guests: [HostedVM]) {
    for guest in guests where !guest.vmm.handsOver && !guest.vmm.isSettling { acquire(guest) }
  }

  func retry(_ guest: HostedVM) {
    states[guest.vm]?.hasTriedVM = false
    states[guest.vm]?.triedVCPUs = []
  }

  func release(_ guest: HostedVM) {
    let tokens = states.removeValue(forKey: guest.vm)?.tokens ?? []
    guard case .success(let reader) = reader else { return }
    for token in tokens { reader.close(token) }
  }

  private func acquire(_ guest: HostedVM) {
    let vm = guest.vm
    let state = states[vm] ?? State()
    let missing = (vm.scan?.vcpus ?? [:]).filter {
      !vm.measuredVCPUs.contains($0.key) && !state.triedVCPUs.contains($0.key)
    }
    let whole = vm.hasStatistics || state.hasTriedVM ? nil : vm.descriptor
    guard !missing.isEmpty || whole != nil else { return }
    vm.source.clearDiagnostics(.bpf)
    states[vm, default: State()].triedVCPUs.formUnion(missing.keys)
    states[vm]?.hasTriedVM = true
    let reader: KernelReaderBacking
    switch loadedReader() {
    case .success(let loaded): reader = loaded
    case .failure(let error):
      vm.source.diagnose(.bpf, "bpf: \(error)")
      return
    }
    if let whole, attach(whole, vcpu: nil, of: guest, reader) == .denied { return }
    for (vcpu, descriptor) in missing.sorted(by: { $0.key < $1.key }) {
      if attach(descriptor, vcpu: vcpu, of: guest, reader) == .denied { return }
    }
  }

  /// Copies the descriptor of a VM or vCPU, and attaches the group of the object behind the
  /// descriptor.
  private func attach(
    _ number: CInt, vcpu: Int?, of guest: HostedVM, _ reader: KernelReaderBacking
  ) -> Outcome {
    let vm = guest.vm
    let copy: Descriptor
    do throws(SystemError) {
      copy = try guest.vmm.descriptor.copyDescriptor(number)
    } catch {
      // The VMM closed the descriptor after the scan.
      if error.code == EBADF || error.code == ESRCH { return .failed }
      sources.deny(vm, .bpf, "bpf: \(error)\(error.remedy)", code: error.code)
      return .denied
    }
    let kind: KernelObject = vcpu == nil ? .vm : .vcpu
    guard let token = reader.open(copy, kind, number: vcpu ?? 0) else {
      // If KVM is a module, it might have been reloaded. The layout must then be learned again.
      if reader.count == 0 { self.reader = nil }
      vm.source.diagnose(.bpf, "bpf: descriptor \(number) is not what its name says")
      return .failed
    }
    let identity = reader.vm(of: token)
    guard vm.identity ?? identity == identity else {
      reader.close(token)
      vm.source.diagnose(.bpf, "bpf: descriptor \(number) belongs to another VM")
      return .failed
    }
    vm.identity = identity
    states[vm, default: State()].tokens.append(token)
    guard let source = sources.unmeasured(vcpu, of: vm) else { return .failed }
    sources.attachStatistics(
      AcquiredGroup(kvm: reader.schema(of: kind), reader, token: token, .bpf),
      to: source, vcpu: vcpu, of: vm)
    return .attached
  }
}
