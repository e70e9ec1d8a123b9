public import FUSE
import Glibc
public import LinuxSystem

/// Tells what kind of object is at a path.
///
/// Waits at most two seconds for a filesystem server that does not answer.
public enum MountPlace: Sendable {
  /// A directory of a mounted statistics filesystem. `path` is the canonical path, or the absolute
  /// path if the server has exited.
  case mounted(MountedFileSystem, path: String)
  /// An object in a statistics filesystem whose server did not answer within two seconds.
  case unresponsive(MountedFileSystem)
  /// A directory that is not in a statistics filesystem.
  case directory
  /// An object that is not a directory.
  case file

  /// The type under which the kernel lists statistics filesystems.
  public static let type = "fuse.vitals"
  /// The time within which the filesystem of a path must answer.
  static let timeoutMilliseconds = 2_000

  private enum Probe: Sendable {
    case found(path: String, isDirectory: Bool)
    case failed(SystemError)
  }

  /// Determines the kind of object at a path.
  ///
  /// - Throws: The error of the access, or `ETIMEDOUT` if a filesystem of another type does not
  ///   answer.
  public init(_ path: String) throws(SystemError) {
    let probe = try withTimeout(milliseconds: Self.timeoutMilliseconds) { () -> Probe in
      do throws(SystemError) {
        let absolutePath = try canonicalPath(path)
        return .found(path: absolutePath, isDirectory: try FileStatus(absolutePath).isDirectory)
      } catch {
        return .failed(error)
      }
    }
    switch probe {
    case .found(let absolutePath, true):
      self = try Self.mount(of: absolutePath).map { .mounted($0, path: absolutePath) } ?? .directory
    case .found(_, false):
      self = .file
    case .failed(let error) where !MountPoint.isDisconnection(error.code):
      throw error
    case .failed(let error):
      let absolutePath = try Self.absolute(path)
      guard let mount = try Self.mount(of: absolutePath) else { throw error }
      self = .mounted(mount, path: absolutePath)
    case nil:
      guard let mount = try Self.mount(of: Self.absolute(path)) else {
        throw SystemError(call: "realpath", object: path, code: ETIMEDOUT)
      }
      self = .unresponsive(mount)
    }
  }

  private static func mount(of path: String) throws(SystemError) -> MountedFileSystem? {
    guard let mount = try MountedFileSystem.containing(path), mount.type == type else {
      return nil
    }
    return mount
  }

  /// Makes a path absolute and removes `.`, `..` and empty parts, without resolving links.
  private static func absolute(_ path: String) throws(SystemError) -> String {
    let absolutePath = path.hasPrefix("/") ? path : try readLink("/proc/self/cwd") + "/" + path
    var parts: [Substring] = []
    for part in absolutePath.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
