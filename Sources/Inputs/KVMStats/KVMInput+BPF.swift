import Glibc
import KVMKernelReader
import LinuxSystem
import StatsTree

extension KVMInput {
  /// The programs, loaded when this is asked for the first time.
  func kernelRecords() -> Result<KernelReaderBacking, BPFUnavailableError> {
    if let known = kernel { return known }
    let made: Result<KernelReaderBacking, BPFUnavailableError>
    do throws(BPFUnavailableError) {
      made = .success(KernelReaderBacking(try KernelProbe(roots: roots, schemas: &schemas)))
    } catch {
      made = .failure(error)
    }
    kernel = made
    return made
  }

  /// Finds the machines of the host by one walk over all descriptors: false where that is not
  /// possible.
  func scanByKernel() -> Bool {
    guard options.rungs.contains(.bpf), isRealProc else { return false }
    let records: KernelReaderBacking
    switch kernelRecords() {
    case .success(let made): records = made
    case .failure(let refusal):
      // Of the others each machine tells that needs it; here none is seen.
      if refusal == .namespace { remark(base, "bpf: \(refusal)") }
      return false
    }
    guard let found = try? records.probe.walk() else { return false }
    let byProcess = Dictionary(grouping: found, by: \.process)
    for pid in processes.keys.sorted() where byProcess[pid] == nil {
      if processes[pid]?.handovers.isEmpty ?? false { forget(pid) }
    }
    for (pid, records) in byProcess.sorted(by: { $0.key < $1.key }) where pid != ownProcess {
      if isNewWatcher(pid) { continue }
      if processes[pid]?.handovers.isEmpty ?? true { update(pid, DescriptorScan(records).vms) }
    }
    return true
  }

  /// Whether a process that is not known says that it only watches: the machine that another Vitals
  /// learns from is its own for some milliseconds.
  func isNewWatcher(_ pid: Int32) -> Bool {
    guard processes[pid] == nil, let names = try? DescriptorScan(process: pid, roots: roots) else {
      return false
    }
    return names.isWatcher
  }

  /// Reads by BPF what no better way has given of machines that have had their time to settle.
  func acquireByKernel() {
    for (_, process) in processes.sorted(by: { $0.key < $1.key })
    where process.handovers.isEmpty && process.settlesAt == nil {
      for vm in process.vms { acquireByKernel(vm, of: process) }
    }
  }

  private func acquireByKernel(_ vm: Machine, of process: VMM) {
    let missing = vm.vcpuDescriptors.filter {
      !vm.measured.contains($0.key) && !vm.pinTries.contains($0.key)
    }
    let hasWhole = vm.hasVMStatistics || vm.pinTries.contains(Machine.whole)
    let whole = hasWhole ? nil : vm.descriptor
    guard !missing.isEmpty || whole != nil else { return }
    retract("bpf: ", from: vm.source)
    vm.pinTries.formUnion(missing.keys)
    vm.pinTries.insert(Machine.whole)
    let records: KernelReaderBacking
    switch kernelRecords() {
    case .success(let made): records = made
    case .failure(let refusal):
      remark(vm.source, "bpf: \(refusal)")
      return
    }
    if let whole, pin(whole, .vm, 0, vm, records, process) == .denied { return }
    for (number, descriptor) in missing.sorted(by: { $0.key < $1.key }) {
      if pin(descriptor, .vcpu, number, vm, records, process) == .denied { return }
    }
  }

  private enum Pinning {
    case done
    case failed
    /// No other can be had either.
    case denied
  }

  /// Copies a descriptor of a VM or vCPU, and gives the source its group.
  private func pin(
    _ descriptor: CInt, _ kind: KernelObject, _ number: Int, _ vm: Machine,
    _ records: KernelReaderBacking, _ process: VMM
  ) -> Pinning {
    let copy: Descriptor
    do throws(SystemError) {
      copy = try process.descriptor.copyDescriptor(descriptor)
    } catch {
      // The VMM closed it meanwhile.
      if error.code == EBADF || error.code == ESRCH { return .failed }
      deny(vm, error, prefix: "bpf: ")
      return .denied
    }
    guard let token = records.open(copy, kind, number: number) else {
      // Where KVM is a module, it may have been loaded anew: then all has to be learnt anew.
      if records.count == 0 { kernel = nil }
      remark(vm.source, "bpf: descriptor \(descriptor) is not what its name says")
      return .failed
    }
    let identity = records.vm(of: token)
    guard vm.identity ?? identity == identity else {
      records.close(token)
      remark(vm.source, "bpf: descriptor \(descriptor) is of another machine")
      return .failed
    }
    vm.identity = identity
    vm.holds.append(.kernelRecord(token))
    let source: Source
    switch kind {
    case .vm:
      vm.hasVMStatistics = true
      source = vm.source
    case .vcpu:
      addVCPU(number, to: vm)
      guard let vcpu = vm.vcpus[number] else { return .failed }
      vm.measured.insert(number)
      source = vcpu
    }
    attach(
      "kvm", schema: records.schema(of: kind), backing: records, token: token, provenance: .bpf,
      to: source, of: vm)
    source.status = .up
    return .done
  }
}

extension DescriptorScan {
  /// Sorts what a walk found of one process; unlike names, it says which vCPU is of which machine.
  init(_ records: [DescriptorIteratorRecord]) {
    var order: [UInt64] = []
    var found: [UInt64: Machine] = [:]
    for record in records.sorted(by: { $0.descriptor < $1.descriptor }) {
      if found[record.vm] == nil { order.append(record.vm) }
      var vm = found[record.vm] ?? Machine(identity: record.vm)
      switch record.kind {
      case .vm: vm.descriptor = vm.descriptor ?? record.descriptor
      case .vcpu:
        vm.vcpus[record.vcpu] = record.descriptor
        if record.thread > 0 { vm.threads[record.vcpu] = record.thread }
      case .vmStatistics: vm.statistics = vm.statistics ?? record.descriptor
      case .vcpuStatistics:
        if vm.vcpuStatistics[record.vcpu] == nil {
          vm.vcpuStatistics[record.vcpu] = record.descriptor
        }
      }
      found[record.vm] = vm
    }
    vms = order.compactMap { found[$0] }.filter { !$0.isEmpty }
  }
}
