extension KVMInput {
  /// Asks the monitors of the machines that no other way led to.
  func acquireByMonitors() {}
}
