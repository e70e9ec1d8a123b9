/// A VM with the process that runs it: what the access methods of `KVMInput` work on.
struct HostedVM {
  let vm: VirtualMachine
  let vmm: VMM

  /// The process that runs the VM.
  var pid: Int32 { vmm.info.pid }
  /// Whether the process has no other VM: then facts about the process are facts about the VM.
  var isOnlyVM: Bool { vmm.vms.count == 1 }
}
