import Glibc

/// Raises the limit on open descriptors of this process to its hard limit (setrlimit(2)).
///
/// - Returns: The new limit.
@discardableResult
public func raiseDescriptorLimit() -> UInt64 {
  var limit = rlimit()
  unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
  limit.rlim_cur = limit.rlim_max
  unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
  unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
  return UInt64(limit.rlim_cur)
}

/// The size of a page of memory in bytes, a power of two (_SC_PAGESIZE of sysconf(3)).
public let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
