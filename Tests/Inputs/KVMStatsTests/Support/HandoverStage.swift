import Glibc
import LinuxSystem
import StatsTree
import TestSupport

@testable import KVMStats

/// An input that sees only what this process hands over.
struct HandoverStage {
  static let greeting = "vitals-kvm=1\nname=web\nuuid=1-2\nfuture=x\n"

  let system: FakeSystem
  let tree = Tree()
  /// Treats this process as a VMM, not as the observer.
  let input: KVMInput

  init() throws {
    system = try FakeSystem()
    try system.addProcess(getpid(), command: "vmm", arguments: ["vmm", "-name", "from-argument"])
    var options = KVMInput.Options()
    options.methods = [.handover]
    options.rescanSeconds = 0
    input = try KVMInput(tree, roots: system.roots, options: options, ownProcess: -1)
  }

  func path(_ name: String) -> String { "\(system.roots.handover)/\(name).sock" }

  var base: Source { tree.source("kvm") }

  /// The name of the memory files of this stage, different from those of other tests.
  var fileName: String { String(system.root.split(separator: "/").last ?? "") }

  /// Creates a statistics file in memory.
  func statisticsFile(
    id: String = "kvm-5/vcpu-0", words: [UInt64] = [10, 20, 1, 2, 3, 4, 1], isSealed: Bool = true
  ) throws -> Descriptor {
    var file = StatsFile(id: id, words: words)
    file.name = fileName
    return try file.descriptor(isSealed: isSealed)
  }

  /// The number of descriptors of this process that refer to files of `statisticsFile`.
  func openFileCount() throws -> Int {
    try openDescriptors().values.filter { $0.hasPrefix("/memfd:\(fileName)") }.count
  }

  /// Refreshes the input while a VMM sends these messages.
  func offer(_ messages: [(text: String, descriptors: [CInt])], name: String = "a") throws {
    let peer = try HandoverPeer(at: path(name), .sends(messages))
    _ = input.refresh()
    peer.stop()
  }
}
