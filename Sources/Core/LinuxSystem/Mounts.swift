import CLinux
import Glibc

/// Mounts a FUSE connection on a directory, with MS_NOSUID, MS_NODEV and MS_NOEXEC (mount(2)).
public func mountFuse(
  _ device: FuseDevice, on directory: String, source: String, type: String, options: String
) throws(SystemError) {
  let all = "fd=\(device.rawValue),\(options)"
  guard unsafe clinux_mount(source, directory, type, all) == 0 else {
    throw SystemError(call: "mount", on: directory)
  }
}

/// Detaches the topmost mount of a directory, even while files on it are open (MNT_DETACH of
/// umount2(2)).
public func detachMount(_ directory: String) throws(SystemError) {
  guard unsafe clinux_detach_mount(directory) == 0 else {
    throw SystemError(call: "umount2", on: directory)
  }
}

/// Sends a request to the file system of a path (statfs(2)).
///
/// Unlike stat(2), the kernel never answers statfs(2) from its caches. Therefore the call fails if
/// the process that serves the file system has exited.
public func probeFileSystem(_ path: String) throws(SystemError) {
  guard unsafe clinux_filesystem_magic(path) != -1 else {
    throw SystemError(call: "statfs", on: path)
  }
}

/// Resolves symbolic links, `.` and `..` in a path (realpath(3)).
public func canonicalPath(_ path: String) throws(SystemError) -> String {
  guard let resolved = unsafe realpath(path, nil) else {
    throw SystemError(call: "realpath", on: path)
  }
  defer { unsafe free(resolved) }
  return unsafe String(cString: resolved)
}

/// Returns the effective group id of the process (getegid(2)).
public func currentGroup() -> UInt32 {
  getegid()
}
