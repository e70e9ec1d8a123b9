import Glibc
import LinuxSystem

/// A directory that is ready for a mount.
package struct MountPoint {
  /// The canonical path.
  let path: String

  /// The time within which the server of an existing mount must answer.
  static let timeoutMilliseconds = 2_000

  /// Removes dead mounts of `type` from a directory with `detach`, then checks the directory.
  ///
  /// A mount is dead if its server has exited.
  init(
    _ directory: String, type: String, detach: (String) throws(FuseMountError) -> Void
  ) throws(FuseMountError) {
    path = try Self.path(of: directory)
    // Several dead mounts are possible, because each start after a crash could have added one mount
    // on top of the previous mount.
    for _ in 0..<64 {
      guard let mounted = try Self.top(of: path), mounted.isFuse else { break }
      switch Self.probe(path) {
      // EACCES means a mount of another user, dead or not.
      case .some(0), .some(EACCES): throw .mounted(directory: path, type: mounted.type)
      case .some(let code) where !Self.isDisconnection(code):
        throw .noDirectory(SystemError(call: "stat", object: path, code: code))
      case .some:
        guard mounted.type == type else { throw .stale(directory: path, type: mounted.type) }
        try detach(path)
      case nil:
        throw .unresponsive(
          directory: path, type: mounted.type, milliseconds: Self.timeoutMilliseconds)
      }
    }
    try requireEmptyDirectory()
  }

  private func requireEmptyDirectory() throws(FuseMountError) {
    let isDirectory: Bool
    do throws(SystemError) {
      isDirectory = try FileStatus(path).isDirectory
    } catch {
      throw .noDirectory(error)
    }
    guard isDirectory else { throw .notDirectory(path) }
    let entries: [String]
    do throws(SystemError) { entries = try directoryEntries(path) } catch { throw .system(error) }
    guard entries.isEmpty else { throw .notEmpty(path) }
  }

  /// Returns the canonical path.
  ///
  /// If the directory has a dead mount, only the parent directories can be resolved.
  private static func path(of directory: String) throws(FuseMountError) -> String {
    do throws(SystemError) {
      return try canonicalPath(directory)
    } catch {
      guard isDisconnection(error.code), let slash = directory.lastIndex(of: "/") else {
        throw .noDirectory(error)
      }
      let parent = slash == directory.startIndex ? "/" : String(directory[..<slash])
      do throws(SystemError) {
        let above = try canonicalPath(parent)
        return (above == "/" ? "" : above) + directory[slash...]
      } catch {
        throw .noDirectory(error)
      }
    }
  }

  static func top(of path: String) throws(FuseMountError) -> MountedFileSystem? {
    do throws(SystemError) { return try .top(of: path) } catch { throw .system(error) }
  }

  /// Returns `true` for the errno values of a mount whose server has exited.
  package static func isDisconnection(_ code: CInt) -> Bool {
    code == ENOTCONN || code == ECONNABORTED || code == ECONNREFUSED
  }

  /// Accesses the mounted filesystem to find out whether its server answers.
  ///
  /// - Returns: 0, an errno value, or nil if the server does not answer in time.
  private static func probe(_ path: String) -> CInt? {
    let code = try? withTimeout(milliseconds: timeoutMilliseconds) { () -> CInt in
      do throws(SystemError) {
        _ = try FileStatus(path)
        try probeFileSystem(path)
        return 0
      } catch {
        return error.code
      }
    }
    return code ?? nil
  }
}
