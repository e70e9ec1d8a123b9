/// A VM and the process that runs it.
///
/// The functions of the access methods of `KVMInput` receive such values.
struct HostedVM {
  let vm: VirtualMachine
  let vmm: VMM

  /// The process that runs the VM.
  var pid: Int32 { vmm.info.pid }
  /// Whether the process has no other VM.
  ///
  /// If this is `true`, all facts about the process also apply to the VM.
  var isOnlyVM: Bool { vmm.vms.count == 1 }
}
