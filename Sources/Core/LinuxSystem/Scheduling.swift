import CLinux

/// Restricts the calling thread, and threads that it starts later, to one CPU
/// (sched_setaffinity(2)).
public func pinToCPU(_ number: Int) throws(SystemError) {
  guard clinux_pin_to_cpu(CInt(clamping: number)) == 0 else {
    throw SystemError(call: "sched_setaffinity", on: "CPU \(number)")
  }
}

/// Sets the nice value of the calling thread, and of threads that it starts later
/// (setpriority(2)).
///
/// - Parameter niceness: From 0, the default, to 19, the lowest priority.
/// - Throws: `EACCES` if the value is lower than the present one, without CAP_SYS_NICE.
public func setNiceness(_ niceness: Int) throws(SystemError) {
  guard clinux_set_niceness(CInt(clamping: niceness)) == 0 else {
    throw SystemError(call: "setpriority", on: "niceness \(niceness)")
  }
}
