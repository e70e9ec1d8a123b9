import Glibc
import LinuxSystem

/// A directory on which a FUSE connection is mounted, unmounted when the value ends.
///
/// The connection has to be served at once: until then, whoever looks at the directory waits.
public struct FuseMount: ~Copyable, Sendable {
  /// The path without links.
  public let directory: String
  let device: FuseDevice
  /// The mount, to tell it from one that somebody else puts in its place.
  private let mounted: MountedFileSystem
  private let program: String?

  /// Mounts on an empty directory; what a server of the same name left there that has ended is
  /// taken away before.
  ///
  /// - Throws: What is in the way, and the remedy.
  public init(
    on directory: String, options: FuseMountOptions = FuseMountOptions()
  ) throws(FuseMountError) {
    let program = try Self.program(options.way, for: directory)
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

  /// Takes the mount away, if it is still there, also where files on it are open.
  func unmount() {
    guard isMounted else { return }
    try? Self.detach(directory, program)
  }

  /// Whether the mount is the topmost one of its directory.
  ///
  /// The filesystem is not asked.
  public var isMounted: Bool {
    (try? MountedFileSystem.top(of: directory)) == mounted
  }

  /// The program that mounts, or nil for mount(2).
  private static func program(
    _ way: FuseMountOptions.Way, for directory: String
  ) throws(FuseMountError) -> String? {
    switch way {
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
    let text = "rootmode=40000,user_id=\(options.user),group_id=\(options.group),\(options.common)"
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
    guard process.waitForEnd(milliseconds: 5_000) else {
      throw SystemError(call: program, object: path, code: ETIMEDOUT)
    }
  }
}
