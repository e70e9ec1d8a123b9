import Glibc
import KVMKernelReader
import LinuxSystem
import StatsTree

extension KVMInput {
  /// The programs, loaded when this is asked for the first time.
  func kernelRecords() -> Result<KernelRecords, BPFRefusal> {
    if let known = kernel { return known }
    let made: Result<KernelRecords, BPFRefusal>
    do throws(BPFRefusal) {
      made = .success(KernelRecords(try KernelProbe(roots: roots, schemas: &schemas)))
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
    let records: KernelRecords
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
      if processes[pid]?.handovers.isEmpty ?? true { update(pid, DescriptorScan(records).machines) }
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
      for machine in process.machines { acquireByKernel(machine, of: process) }
    }
  }

  private func acquireByKernel(_ machine: Machine, of process: MachineProcess) {
    let missing = machine.processorDescriptors.filter {
      !machine.measured.contains($0.key) && !machine.pinTries.contains($0.key)
    }
    let hasWhole = machine.hasMachineStatistics || machine.pinTries.contains(Machine.whole)
    let whole = hasWhole ? nil : machine.descriptor
    guard !missing.isEmpty || whole != nil else { return }
    retract("bpf: ", from: machine.source)
    machine.pinTries.formUnion(missing.keys)
    machine.pinTries.insert(Machine.whole)
    let records: KernelRecords
    switch kernelRecords() {
    case .success(let made): records = made
    case .failure(let refusal):
      remark(machine.source, "bpf: \(refusal)")
      return
    }
    if let whole, pin(whole, .machine, 0, machine, records, process) == .denied { return }
    for (number, descriptor) in missing.sorted(by: { $0.key < $1.key }) {
      if pin(descriptor, .processor, number, machine, records, process) == .denied { return }
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
    _ descriptor: CInt, _ kind: KernelObject, _ number: Int, _ machine: Machine,
    _ records: KernelRecords, _ process: MachineProcess
  ) -> Pinning {
    let copy: Descriptor
    do throws(SystemError) {
      copy = try process.descriptor.copyDescriptor(descriptor)
    } catch {
      // The VMM closed it meanwhile.
      if error.code == EBADF || error.code == ESRCH { return .failed }
      deny(machine, error, prefix: "bpf: ")
      return .denied
    }
    guard let token = records.open(copy, kind, number: number) else {
      // Where KVM is a module, it may have been loaded anew: then all has to be learnt anew.
      if records.count == 0 { kernel = nil }
      remark(machine.source, "bpf: descriptor \(descriptor) is not what its name says")
      return .failed
    }
    let identity = records.machine(of: token)
    guard machine.identity ?? identity == identity else {
      records.close(token)
      remark(machine.source, "bpf: descriptor \(descriptor) is of another machine")
      return .failed
    }
    machine.identity = identity
    machine.holds.append(.kernelRecord(token))
    let source: Source
    switch kind {
    case .machine:
      machine.hasMachineStatistics = true
      source = machine.source
    case .processor:
      addProcessor(number, to: machine)
      guard let processor = machine.processors[number] else { return .failed }
      machine.measured.insert(number)
      source = processor
    }
    attach(
      "kvm", schema: records.schema(of: kind), backing: records, token: token, provenance: .bpf,
      to: source, of: machine)
    source.status = .up
    return .done
  }
}

extension DescriptorScan {
  /// Sorts what a walk found of one process; unlike names, it says which vCPU is of which machine.
  init(_ records: [WalkRecord]) {
    var order: [UInt64] = []
    var found: [UInt64: Machine] = [:]
    for record in records.sorted(by: { $0.descriptor < $1.descriptor }) {
      if found[record.machine] == nil { order.append(record.machine) }
      var machine = found[record.machine] ?? Machine(identity: record.machine)
      switch record.kind {
      case .machine: machine.descriptor = machine.descriptor ?? record.descriptor
      case .processor:
        machine.processors[record.processor] = record.descriptor
        if record.thread > 0 { machine.threads[record.processor] = record.thread }
      case .machineStatistics: machine.statistics = machine.statistics ?? record.descriptor
      case .processorStatistics:
        if machine.processorStatistics[record.processor] == nil {
          machine.processorStatistics[record.processor] = record.descriptor
        }
      }
      found[record.machine] = machine
    }
    machines = order.compactMap { found[$0] }.filter { !$0.isEmpty }
  }
}
