public import FUSE
import Glibc
public import LinuxSystem

/// Where a path lies; nothing here waits for a server that does not answer.
public enum MountPlace: Sendable {
  /// A directory of a mounted statistics filesystem, by its path without links where that could be
  /// learned.
  case mounted(MountedFileSystem, path: String)
  /// Something in a statistics filesystem whose server did not answer for two seconds.
  case silent(MountedFileSystem)
  /// Another directory.
  case directory
  /// Something else.
  case file

  /// The type by which the kernel lists statistics filesystems.
  public static let type = "fuse.vitals"
  /// How long whoever serves a path has to answer, in milliseconds.
  static let patience = 2_000

  private enum Look: Sendable {
    case found(path: String, isDirectory: Bool)
    case failed(SystemError)
  }

  /// Looks at a path.
  ///
  /// - Throws: Why it cannot be looked at: `ETIMEDOUT` where another filesystem does not answer.
  public init(_ path: String) throws(SystemError) {
    let look = try answer(withinMilliseconds: Self.patience) { () -> Look in
      do throws(SystemError) {
        let whole = try canonicalPath(path)
        return .found(path: whole, isDirectory: try FileStatus(whole).isDirectory)
      } catch {
        return .failed(error)
      }
    }
    switch look {
    case .found(let whole, true):
      self = try Self.mount(of: whole).map { .mounted($0, path: whole) } ?? .directory
    case .found(_, false):
      self = .file
    case .failed(let error) where !MountPoint.isDeath(error.code):
      throw error
    case .failed(let error):
      let whole = try Self.absolute(path)
      guard let mount = try Self.mount(of: whole) else { throw error }
      self = .mounted(mount, path: whole)
    case nil:
      guard let mount = try Self.mount(of: Self.absolute(path)) else {
        throw SystemError(call: "realpath", object: path, code: ETIMEDOUT)
      }
      self = .silent(mount)
    }
  }

  private static func mount(of path: String) throws(SystemError) -> MountedFileSystem? {
    guard let mount = try MountedFileSystem.containing(path), mount.type == type else {
      return nil
    }
    return mount
  }

  /// The path from the root, without `.`, `..` and empty parts; links are not looked at.
  private static func absolute(_ path: String) throws(SystemError) -> String {
    let whole = path.hasPrefix("/") ? path : try readLink("/proc/self/cwd") + "/" + path
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
