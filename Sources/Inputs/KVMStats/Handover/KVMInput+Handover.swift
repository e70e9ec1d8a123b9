import Glibc
import KVMStatsFormat
import LinuxSystem
import StatsTree

extension KVMInput {
  /// Takes the descriptors that VMMs offer on their sockets in the handover directory.
  ///
  /// All sockets are asked first and then waited for together, 100 ms at most.
  func takeHandovers() {
    guard options.rungs.contains(.handover),
      let names = try? directoryEntries(roots.handover)
    else { return }
    let taken = processes.values.reduce(into: Set<String>()) { $0.formUnion($1.handovers.keys) }
    silentSockets.formIntersection(names.map { "\(roots.handover)/\($0)" })
    let begin = monotonicNanoseconds()
    var offers: [HandoverOffer] = []
    for name in names.sorted() where name.hasSuffix(".sock") {
      let path = "\(roots.handover)/\(name)"
      // A VMM that lives has handed over what it has.
      if taken.contains(path) { continue }
      do {
        offers.append(try HandoverOffer(connecting: path))
      } catch {
        // Nobody listens: a VMM that ended, or one that is about to begin.
        if error.code != ECONNREFUSED { remark(base, "handover: \(error)") }
      }
    }
    // Who was silent once is not waited for long again.
    let (lively, silent) = (
      offers.filter { !silentSockets.contains($0.path) },
      offers.filter { silentSockets.contains($0.path) }
    )
    receive(lively, until: begin + 100_000_000)
    receive(silent, until: max(begin + 2_000_000, monotonicNanoseconds()))
  }

  private func receive(_ offers: [HandoverOffer], until deadline: UInt64) {
    for offer in offers {
      do {
        try offer.receive(until: deadline)
        silentSockets.remove(offer.path)
        try take(offer)
      } catch let error as SystemError where error.code == ECONNRESET {
        // It ended before it had taken us from its queue.
      } catch {
        if case .silent = error as? HandoverOffer.Flaw { silentSockets.insert(offer.path) }
        remark(base, "handover: \(offer.path): \(error)")
      }
    }
  }

  private func take(_ offer: HandoverOffer) throws {
    guard let pid = offer.pid else {
      throw SystemError(
        call: "SO_PEERCRED", object: "a process of another PID namespace", code: ESRCH)
    }
    if pid == ownProcess { return }
    // The process may have been seen before its socket was; its machines come from here now.
    if let known = processes[pid], known.handovers.isEmpty { forget(pid) }
    guard let process = process(pid) else {
      throw SystemError(call: "pidfd_open", object: "process \(pid)", code: ESRCH)
    }
    let vms = (try? DescriptorScan(process: pid, roots: roots))?.vms ?? []
    let vm = add(
      process, number: 0, descriptor: vms.count == 1 ? vms[0].descriptor : nil,
      name: offer.facts["name"] ?? process.facts.vmName, uuid: offer.facts["uuid"])
    process.handovers[offer.path] = vm
    for descriptor in offer.takeDescriptors() {
      do {
        let file = try KVMStatsFile(
          reading: try Self.admit(descriptor), schemas: &schemas)
        let isSimulated = file.descriptor.seals != nil
        attach(file, to: vm, provenance: isSimulated ? .simulated : .handover)
      } catch {
        remark(vm.source, "handover: \(error)")
      }
    }
  }

  /// Accepts a descriptor whose reading can never wait: the kernel's own statistics, or a memory
  /// file that cannot shrink.
  private static func admit(_ number: CInt) throws -> Descriptor {
    let descriptor = Descriptor(owning: number)
    let name = descriptor.linkName ?? "?"
    let isKernels =
      name == "anon_inode:kvm-vm-stats" || name.hasPrefix("anon_inode:kvm-vcpu-stats:")
    guard isKernels || MemoryFile.isSizeSealed(descriptor) else {
      throw KVMStatsError.notStatistics(name)
    }
    return descriptor
  }
}
