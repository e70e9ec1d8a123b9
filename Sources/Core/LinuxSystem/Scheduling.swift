import CLinux

/// Lets the calling thread, and those that it starts from now on, run on one CPU only
/// (sched_setaffinity(2)).
public func pinToCPU(_ number: Int) throws(SystemError) {
  guard clinux_pin_to_processor(CInt(clamping: number)) == 0 else {
    throw SystemError(call: "sched_setaffinity", on: "CPU \(number)")
  }
}

/// Gives the calling thread, and those that it starts from now on, another weight against others:
/// 19 is the least (setpriority(2)).
public func setNiceness(_ niceness: Int) throws(SystemError) {
  guard clinux_set_niceness(CInt(clamping: niceness)) == 0 else {
    throw SystemError(call: "setpriority", on: "niceness \(niceness)")
  }
}
