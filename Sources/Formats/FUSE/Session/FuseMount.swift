import Glibc
import LinuxSystem

/// Mounts a FUSE connection on a directory, and unmounts the directory when the struct is
/// destroyed.
///
/// Serve the connection immediately after the mount, because every access to the directory blocks
/// until the connection is served.
public struct FuseMount: ~Copyable, Sendable {
  /// The canonical path of the directory.
  public let directory: String
  let device: FuseDevice
  /// The kernel's description of this mount, which differs from that of a later mount on the
  /// directory.
  private let mounted: MountedFileSystem
  private let program: String?

  /// Removes dead mounts of the same type from a directory, then mounts on the directory.
  ///
  /// A mount is dead if its server has exited. The directory must be empty.
  ///
  /// - Throws: The reason why the mount failed. Its description contains a remedy.
  public init(
    on directory: String, options: FuseMountOptions = FuseMountOptions()
  ) throws(FuseMountError) {
    let program = try Self.program(options.method, for: directory)
    let point = try MountPoint(directory, type: options.type) { path throws(FuseMountError) in
      do throws(SystemError) {
        try Self.detach(path, program)
      } catch {
        throw .refused(error)
      }
    }
    let device =
      if let program {
        try Self.mount(point.path, options, by: program)
      } else {
        try Self.mount(point.path, options)
      }
    guard let mounted = try? MountedFileSystem.top(of: point.path) else {
      try? Self.detach(point.path, program)
      throw .noOffer(directory: point.path)
    }
    self.init(directory: point.path, device: device, mounted: mounted, program: program)
  }

  private init(
    directory: String, device: FuseDevice, mounted: MountedFileSystem, program: String?
  ) {
    self.directory = directory
    self.device = device
    self.mounted = mounted
    self.program = program
  }

  deinit { unmount() }

  /// Detaches the mount if it still exists, even if files on it are open.
  func unmount() {
    guard isMounted else { return }
    try? Self.detach(directory, program)
  }

  /// Returns `true` if the mount is the topmost one on its directory.
  ///
  /// The call sends no request to the filesystem.
  public var isMounted: Bool {
    (try? MountedFileSystem.top(of: directory)) == mounted
  }

  /// Returns the path of the program that mounts, or nil to use mount(2).
  private static func program(
    _ method: FuseMountOptions.Method, for directory: String
  ) throws(FuseMountError) -> String? {
    switch method {
    case .systemCall: return nil
    case .program(let path): return path
    case .automatic:
      if currentUser() == 0 { return nil }
      for folder in ["/usr/bin", "/bin", "/usr/local/bin"] {
        let path = "\(folder)/fusermount3"
        if (try? FileStatus(path)) != nil { return path }
      }
      throw .noProgram(directory: directory)
    }
  }

  private static func mount(
    _ path: String, _ options: FuseMountOptions
  ) throws(FuseMountError) -> FuseDevice {
    let device: FuseDevice
    do throws(SystemError) { device = try .open() } catch { throw .noDevice(error) }
    let owner = "user_id=\(options.user),group_id=\(options.group)"
    let text = "rootmode=40000,\(owner),\(options.sharedOptions)"
    do throws(SystemError) {
      try mountFuse(
        device, on: path, source: options.name, type: options.type, options: text)
    } catch {
      throw .refused(error)
    }
    return device
  }

  private static func detach(_ path: String, _ program: String?) throws(SystemError) {
    guard let program else { return try detachMount(path) }
    let output = try Descriptor.open("/dev/null", for: .readWrite)
    let process = try ChildProcess(
      executable: program, arguments: ["-u", "-z", "-q", "--", path], output: output)
    guard process.waitForExit(milliseconds: 5_000) else {
      throw SystemError(call: program, object: path, code: ETIMEDOUT)
    }
  }
}
