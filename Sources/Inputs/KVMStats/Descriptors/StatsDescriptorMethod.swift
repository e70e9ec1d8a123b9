import Glibc
import KVMStatsFormat
import LinuxSystem
import StatsInput
import StatsTree

/// Copies the statistics descriptors that a VMM keeps open (pidfd_getfd(2)).
///
/// Needs a VMM that keeps the descriptors open, and the right to trace the VMM: CAP_SYS_PTRACE, or
/// the same user as the VMM.
final class StatsDescriptorMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: KVMInput.Method.pidfd.rawValue, provenance: .pidfd,
    requirement: "root or CAP_SYS_PTRACE, and a VMM that keeps its descriptors open")

  private let sources: VMSources
  private let files: AdmittedDescriptors

  init(_ sources: VMSources, _ backing: StatsDescriptorBacking) {
    self.sources = sources
    files = AdmittedDescriptors(sources, backing, provenance: .pidfd)
  }

  func acquire(_ guests: [HostedVM]) {
    for guest in guests where guest.vm.mayLackGroups {
      if let scan = guest.vm.scan { acquire(guest, scan) }
    }
  }

  func release(_ guest: HostedVM) {
    files.release(guest.vm)
  }

  private func acquire(_ guest: HostedVM, _ scan: ScannedVM) {
    let vm = guest.vm
    vm.source.clearDiagnostics(.pidfd)
    if let number = scan.statistics, !vm.hasStatistics {
      _ = copy(number, of: guest)
    }
    let missing = scan.vcpuStatistics.filter { !vm.measuredVCPUs.contains($0.key) }
    for (_, number) in missing.sorted(by: { $0.key < $1.key }) {
      guard copy(number, of: guest) else { return }
    }
    if scan.vcpuStatistics.isEmpty {
      vm.source.diagnose(
        .pidfd,
        "pidfd_getfd: \(guest.vmm.info.command) keeps no statistics descriptor open"
          + " (QEMU does since 8.1)")
    }
  }

  /// Copies one descriptor and attaches its group.
  ///
  /// - Returns: `false` if copying any other descriptor of the process would fail, too.
  private func copy(_ number: CInt, of guest: HostedVM) -> Bool {
    let copy: Descriptor
    do throws(SystemError) {
      copy = try guest.vmm.descriptor.copyDescriptor(number)
    } catch {
      // The VMM closed the descriptor after the scan.
      if error.code == EBADF || error.code == ESRCH { return true }
      sources.deny(guest.vm, .pidfd, "\(error)\(error.remedy)", code: error.code)
      return false
    }
    do throws(KVMStatsError) {
      try files.attach(copy, to: guest.vm)
    } catch {
      guest.vm.source.diagnose(.pidfd, "pidfd_getfd: \(error)")
    }
    return true
  }
}
