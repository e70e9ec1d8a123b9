import Glibc
import KVMStatsFormat
import LinuxSystem
import StatsInput
import StatsTree

/// Receives the statistics descriptors that VMMs hand over (send to Vitals) on their sockets.
///
/// Needs a VMM that supports the handover, and the right to connect to the VMM's socket. See
/// `docs/handover.md`.
final class HandoverMethod: AccessMethod {
  static let summary = AccessMethodSummary(
    name: KVMInput.Method.handover.rawValue, provenance: .handover,
    requirement: "a VMM that hands over its descriptors")

  private let sources: VMSources
  private let directory: String
  private let files: AdmittedDescriptors
  /// For each VM that was handed over, the path of the socket of its VMM.
  private var sockets: [VirtualMachine: String] = [:]
  /// The paths of the sockets that sent nothing at the last connection of this process.
  private var silentSockets: Set<String> = []

  /// - Parameters:
  ///   - sources: The sources that get the groups.
  ///   - backing: Reads the descriptors.
  ///   - directory: The directory of the sockets.
  init(_ sources: VMSources, _ backing: StatsDescriptorBacking, directory: String) {
    self.sources = sources
    self.directory = directory
    files = AdmittedDescriptors(sources, backing, provenance: .handover)
  }

  /// Does nothing, because a VMM hands over all descriptors of a VM when the VM is discovered.
  func acquire(_ guests: [HostedVM]) {}

  func release(_ guest: HostedVM) {
    sockets[guest.vm] = nil
    files.release(guest.vm)
  }

  // MARK: - Discovery

  /// Connects to all new sockets and attaches the groups of the VMs that are handed over.
  ///
  /// Waits at most 100 ms for all VMMs together. The sockets that sent nothing at the last call
  /// share 2 ms. An error becomes a diagnostic of the source `kvm`.
  ///
  /// - Parameter add: Adds and returns the VM of an offer, or returns `nil` to ignore the offer.
  func discover(_ add: (HandoverOffer) throws -> VirtualMachine?) {
    guard let names = try? directoryEntries(directory) else { return }
    let known = Set(sockets.values)
    silentSockets.formIntersection(names.map { "\(directory)/\($0)" })
    let begin = monotonicNanoseconds()
    var offers: [HandoverOffer] = []
    for name in names.sorted() where name.hasSuffix(".sock") {
      let path = "\(directory)/\(name)"
      // The VMM of this socket has already handed over all its descriptors.
      if known.contains(path) { continue }
      do {
        offers.append(try HandoverOffer(connecting: path))
      } catch {
        // ECONNREFUSED: nobody listens, because the VMM has ended or has not called listen(2) yet.
        if error.code != ECONNREFUSED { sources.base.diagnose(.handover, "handover: \(error)") }
      }
    }
    let silent = offers.filter { silentSockets.contains($0.path) }
    let others = offers.filter { !silentSockets.contains($0.path) }
    receive(others, until: begin + 100_000_000, add)
    receive(silent, until: max(begin + 2_000_000, monotonicNanoseconds()), add)
  }

  private func receive(
    _ offers: [HandoverOffer], until deadline: UInt64,
    _ add: (HandoverOffer) throws -> VirtualMachine?
  ) {
    for offer in offers {
      do {
        try offer.receive(until: deadline)
        silentSockets.remove(offer.path)
        if let vm = try add(offer) { attach(offer, to: vm) }
      } catch let error as SystemError where error.code == ECONNRESET {
        // The VMM ended before it accepted the connection.
      } catch {
        if case .silent = error as? HandoverError { silentSockets.insert(offer.path) }
        sources.base.diagnose(.handover, "handover: \(offer.path): \(error)")
      }
    }
  }

  private func attach(_ offer: HandoverOffer, to vm: VirtualMachine) {
    sockets[vm] = offer.path
    for descriptor in offer.takeDescriptors() {
      do throws(KVMStatsError) {
        try files.attach(Descriptor(owning: descriptor), to: vm)
      } catch {
        vm.source.diagnose(.handover, "handover: \(error)")
      }
    }
  }
}
