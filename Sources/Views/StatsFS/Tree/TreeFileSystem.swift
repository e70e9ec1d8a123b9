public import FUSE
internal import LinuxSystem
public import StatsKnowledge
public import StatsTree
import Synchronization

/// A tree as a filesystem: a directory per source and group, a file per statistic.
///
/// `docs/filesystem.md` describes the files. The tree should have no backings that wait for other
/// processes: readers of the filesystem would wait for them.
///
/// The owner of the tree must call `update` periodically, from its own thread.
public final class TreeFileSystem: FuseFileSystem {
  struct State {
    var views: ViewList
    var nodes: NodeTable<TreeNode>
    /// The locations of directories that the kernel caches.
    var locations: [UInt64: DirectoryLocation] = [:]
    var files: [UInt64: OpenFile] = [:]
    var directories: [UInt64: DirectoryListing] = [:]
    /// The files that the kernel reads without the server, by node, with their open handles.
    var backings: [UInt64: OpenBacking] = [:]
    var lastHandle: UInt64 = 0
    var generation: UInt64 = 0
    var connection: FuseConnection?
    /// The reason why passthrough is unavailable; nil if it is available.
    var passthroughObstacle: String?

    /// Returns an unused handle.
    mutating func nextHandle() -> UInt64 {
      lastHandle += 1
      return lastHandle
    }
  }

  /// The location of a directory: its name in its parent.
  struct DirectoryLocation: Hashable {
    let parent: UInt64
    let name: FuseName
  }

  struct OpenBacking {
    enum Content {
      case table(FuseBacking)
      case binary(BinarySnapshotFile)

      var backing: FuseBacking {
        switch self {
        case .table(let backing): backing
        case .binary(let snapshot): snapshot.backing
        }
      }
    }

    let content: Content
    var count = 0
  }

  let state: Mutex<State>
  let settings: MountSettings
  private let tree: Tree
  /// The owner reported for sources that have none.
  let owner: (user: UInt32, group: UInt32)

  /// Nanoseconds for which the kernel caches names and attributes of directories.
  ///
  /// `update` notifies it of changes.
  static let validity: UInt64 = 60_000_000_000
  /// Nanoseconds for which the kernel caches the size of a file: as long as a sample is valid for
  /// sizes.
  ///
  /// Without caching, open(2) would cost another request, because it checks the file's mode.
  static let sizeValidity: UInt64 = 10_000_000

  /// - Parameters:
  ///   - tree: The tree to show.
  ///   - selection: The visible part of the tree.
  ///   - meanings: The meanings of statistics whose schema has none.
  ///   - settings: The mount options.
  public init(
    _ tree: Tree, _ selection: Selection = Selection(), meanings: Meanings,
    settings: MountSettings = MountSettings()
  ) {
    self.tree = tree
    self.settings = settings
    owner = (settings.user ?? currentUser(), settings.group ?? currentGroup())
    state = Mutex(
      State(
        views: ViewList(tree, selection, meanings, settings),
        nodes: NodeTable(root: TreeNode(source: tree.root, kind: .source))))
  }

  public func connect(to connection: FuseConnection) {
    let passthroughObstacle = Self.passthroughObstacle(connection, settings)
    state.withLock { state in
      state.connection = connection
      state.passthroughObstacle = passthroughObstacle
    }
  }

  /// Tests passthrough with a file in memory; returns the reason why it is unavailable.
  private static func passthroughObstacle(_ connection: FuseConnection, _ settings: MountSettings)
    -> String?
  {
    guard settings.passthrough != .off else { return "passthrough=off" }
    do {
      let file = try MemoryFile(name: "vitals-probe", byteCount: 4096)
      _ = try connection.openBacking(of: file.descriptor)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The features to request from the kernel.
  ///
  /// Shared mappings of files with computed content are excluded: the kernel would keep old pages.
  public static var requestedFeatures: FuseRequestedFeatures {
    var requested = FuseRequestedFeatures()
    requested.features.remove(.directIOMappings)
    return requested
  }

  // MARK: - Changes

  /// The interval, in nanoseconds, for calls of `update` while a binary file is open.
  public static let updateInterval: UInt64 = 10_000_000

  /// Notifies the kernel of changes of the tree, wakes pending polls, rewrites open binary files.
  ///
  /// Do not call this from a request, or while a reader of the filesystem may be waited for.
  ///
  /// - Returns: `true` if the next call is due after `updateInterval`; otherwise some tenths of a
  ///   second suffice.
  public func update() -> Bool {
    let (connection, notifications, isBusy) = state.withLock { state in
      var notifications: [FuseNotification] = []
      if state.generation != tree.generation {
        state.generation = tree.generation
        notifications = expiredNames(&state) + wakeNotifications(&state)
      }
      var isBusy = false
      let now = monotonicNanoseconds()
      for backing in state.backings.values {
        guard case .binary(let snapshot) = backing.content else { continue }
        snapshot.update(state.views.mountView().reading(of: snapshot.entry, since: now))
        isBusy = true
      }
      return (state.connection, notifications, isBusy)
    }
    // Outside of the lock: a notification waits for the lock of a directory, which the kernel can
    // hold during a request that waits for this lock.
    for notification in notifications { connection?.notify(notification) }
    return isBusy
  }

  /// Notifications for directories that are no longer where the kernel caches them.
  private func expiredNames(_ state: inout State) -> [FuseNotification] {
    let view = state.views.mountView()
    var found: [FuseNotification] = []
    for (number, location) in state.locations {
      guard let node = state.nodes[number], let parent = state.nodes[location.parent],
        !view.isPresent(parent) || view.listing(of: parent).find(location.name) != node
      else { continue }
      found.append(.name(location.name, parent: location.parent))
      state.locations[number] = nil
    }
    return found
  }

  /// Notifications for polls of files with unread changes.
  private func wakeNotifications(_ state: inout State) -> [FuseNotification] {
    var found: [FuseNotification] = []
    for (handle, file) in state.files {
      guard let wake = file.wake, hasUnreadChange(file, &state) else { continue }
      state.files[handle]?.wake = nil
      found.append(.wake(wake))
    }
    return found
  }

  /// Returns `true` if a file has changed since it was read.
  func hasUnreadChange(_ file: OpenFile, _ state: inout State) -> Bool {
    let now = try? state.views.view(of: file.viewer).content(of: file.node)
    return now == nil || now != file.readContent
  }

  /// Returns the lines about the mount in the `.status` of the root.
  func statusLines(_ state: borrowing State, for node: TreeNode) -> [String] {
    guard node.kind == .status else { return [] }
    let hasPassthrough = state.passthroughObstacle == nil
    return [
      "tables \(hasPassthrough ? "passthrough" : "copied: \(state.passthroughObstacle ?? "")")",
      "binary \(hasPassthrough && backsBinaryFiles ? "passthrough" : "sampled")",
      "visibility \(settings.visibility.rawValue)",
    ]
  }

  /// Whether `.binary` has passthrough; impossible if sums depend on the viewer.
  var backsBinaryFiles: Bool { settings.passthrough == .all && settings.visibility == .all }
}
