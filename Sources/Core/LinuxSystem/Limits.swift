import Glibc

/// Raises the number of descriptors that this process may open to what the system allows it
/// (setrlimit(2)): the number from now on.
@discardableResult
public func raiseDescriptorLimit() -> UInt64 {
  var limit = rlimit()
  unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
  limit.rlim_cur = limit.rlim_max
  unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
  unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
  return UInt64(limit.rlim_cur)
}

/// The bytes of a page of memory (sysconf(3) _SC_PAGESIZE), a power of two.
public let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
