import LinuxSystem
public import Statistics
public import StatsInput
public import StatsTree

/// Adds the files of xcp-rrdd's plugins to the tree: the source `rrdd/<plugin>`, and below it
/// `vm-<uuid>` and `sr-<uuid>` for the VMs and storage repositories that the file describes.
///
/// The kernel reports when files appear and disappear (inotify(7)). Each pass (a sampling of all
/// groups) reads the values of each file. Each `refresh()` reads the invalid files again, which
/// does not affect other files. Must not be used from several threads at the same time.
public final class RRDInput: Input {
  public static let root = InputRoot("rrdd", role: .plugins, memberRole: .plugin, isDefault: false)

  /// The settings of the input.
  public struct Options: Sendable {
    /// The directory of the plugins' files.
    public var directory = "/dev/shm/metrics"
    /// Reads the clocks.
    ///
    /// Tests replace this function.
    public var clocks: @Sendable () -> Timestamp = { .now }
    /// The interval between two scans of the directory if inotify(7) is not available.
    public var rescanSeconds: UInt64 = 10

    public init() {}
  }

  /// A file of the directory, with its sources or with the error of the last attempt to read it.
  final class PluginFile {
    let path: String
    var signature: FileSignature?
    var mirror: RRDMirror?
    var source: Source?
    var error: RRDAccessError?
    /// The first bytes of the file at the time when the file caused `error`.
    var rejectedStart: [UInt8] = []

    init(_ path: String) { self.path = path }
  }

  /// The maximum number of files, as a protection against flooding.
  static let maximumFileCount = 1024

  let tree: Tree
  let options: Options
  var files: [String: PluginFile] = [:]
  var events: [InputEvent] = []
  private var watch: DirectoryWatch?
  private var needsScan = true
  private var nextScan: UInt64 = 0

  /// Starts to watch the directory.
  ///
  /// The first `refresh()` adds the existing files.
  public init(_ tree: Tree, options: Options = Options()) {
    self.tree = tree
    self.options = options
    // Without a watch, refresh() scans the directory periodically.
    if var watch = try? DirectoryWatch(), (try? watch.add(options.directory)) != nil {
      self.watch = consume watch
    }
  }

  /// The reason why there are no sources: the directory cannot be listed, or it contains no file of
  /// a plugin.
  public var absence: String? {
    do throws(SystemError) {
      let names = try directoryEntries(options.directory)
      return names.contains(where: Self.isName)
        ? nil : "no files of xcp-rrdd plugins in '\(options.directory)'"
    } catch {
      return "\(error)"
    }
  }

  /// The number of passes that failed because an update was in progress, for all present files
  /// together.
  public var tornCount: Int { files.values.reduce(0) { $0 + ($1.mirror?.backing.tornCount ?? 0) } }

  /// Updates the tree.
  ///
  /// - Returns: The changes since the last call.
  public func refresh() -> [InputEvent] {
    if watch?.drainEvents() == true { needsScan = true }
    let now = options.clocks().monotonic
    if needsScan || watch == nil && now >= nextScan {
      scan()
      needsScan = false
      nextScan = now + options.rescanSeconds * 1_000_000_000
    }
    for (name, file) in files { update(file, name) }
    defer { events = [] }
    return events
  }
}
