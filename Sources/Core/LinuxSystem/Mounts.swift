import CLinux
import Glibc

/// Attaches a FUSE connection to a directory (mount(2)); no programs, devices or set-user-ID files
/// are on it.
public func mountFuse(
  _ device: FuseDevice, on directory: String, source: String, type: String, options: String
) throws(SystemError) {
  let all = "fd=\(device.rawValue),\(options)"
  guard unsafe clinux_mount(source, directory, type, all) == 0 else {
    throw SystemError(call: "mount", on: directory)
  }
}

/// Takes the topmost mount of a directory away, also where files on it are open (umount2(2)).
public func detachMount(_ directory: String) throws(SystemError) {
  guard unsafe clinux_detach_mount(directory) == 0 else {
    throw SystemError(call: "umount2", on: directory)
  }
}

/// Asks the filesystem of a path for anything (statfs(2)).
///
/// Unlike stat(2), that is never answered from what the kernel keeps: it fails where the process that
/// serves the filesystem has ended.
public func askFileSystem(_ path: String) throws(SystemError) {
  guard unsafe clinux_filesystem_magic(path) != -1 else {
    throw SystemError(call: "statfs", on: path)
  }
}

/// A path without links, `.` and `..` (realpath(3)).
public func canonicalPath(_ path: String) throws(SystemError) -> String {
  guard let resolved = unsafe realpath(path, nil) else {
    throw SystemError(call: "realpath", on: path)
  }
  defer { unsafe free(resolved) }
  return unsafe String(cString: resolved)
}

/// The group whose rights the process has (getegid(2)).
public func currentGroup() -> UInt32 {
  getegid()
}
