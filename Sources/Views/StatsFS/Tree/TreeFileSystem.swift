public import FUSE
internal import LinuxSystem
public import StatsKnowledge
public import StatsTree
import Synchronization

/// Shows a tree as a filesystem, with a directory for each source and each group, and a file for
/// each statistic.
///
/// `docs/filesystem.md` describes the files. No backing of the tree should wait for another
/// process, because every reader of the filesystem would wait for the same process.
///
/// The owner of the tree must call `update` periodically, from its own thread.
public final class TreeFileSystem: FuseFileSystem {
  struct State {
    var views: ViewList
    var nodes: NodeTable<TreeNode>
    /// The locations of the directories whose names the kernel caches, by node ID.
    var locations: [UInt64: DirectoryLocation] = [:]
    var files: [UInt64: OpenFile] = [:]
    var directories: [UInt64: DirectoryListing] = [:]
    /// The backings of the files that are open with passthrough, by node ID, each with the number
    /// of its open handles.
    var backings: [UInt64: OpenBacking] = [:]
    var lastHandle: UInt64 = 0
    var generation: UInt64 = 0
    var connection: FuseConnection?
    /// The reason why passthrough is unavailable; nil if passthrough is available.
    var passthroughObstacle: String?

    /// Returns an unused handle.
    mutating func nextHandle() -> UInt64 {
      lastHandle += 1
      return lastHandle
    }
  }

  /// The location of a directory: the node ID of the parent directory, and the name in the parent.
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
  /// The user that the filesystem reports for sources without an owner, and the group that it
  /// reports for all sources.
  let owner: (user: UInt32, group: UInt32)

  /// Nanoseconds for which the kernel caches names and attributes of directories.
  ///
  /// `update` notifies the kernel of cached names that are no longer valid.
  static let validity: UInt64 = 60_000_000_000
  /// Nanoseconds for which the kernel caches the size of a file.
  ///
  /// The filesystem reuses a sample for the same time to compute sizes (`TreeView.freshSince`).
  ///
  /// Without this cache, each open(2) would cost another request, because open(2) checks the file's
  /// mode.
  static let sizeValidity: UInt64 = 10_000_000

  /// - Parameters:
  ///   - tree: The tree to show.
  ///   - selection: The visible part of the tree.
  ///   - meanings: The meanings of statistics whose schema contains no meaning.
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

  /// Tests passthrough with a file in memory.
  ///
  /// Returns the reason why passthrough is unavailable, or nil if passthrough is available.
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
  /// Shared mappings of files with computed content are excluded, because the kernel would keep
  /// pages with old values.
  public static var requestedFeatures: FuseRequestedFeatures {
    var requested = FuseRequestedFeatures()
    requested.features.remove(.directIOMappings)
    return requested
  }

  // MARK: - Changes

  /// The interval of the calls of `update`, in nanoseconds, while a `.binary` file is open with
  /// passthrough.
  public static let updateInterval: UInt64 = 10_000_000

  /// Notifies the kernel of changes of the tree, wakes pending polls, and rewrites the `.binary`
  /// files that are open with passthrough.
  ///
  /// Do not call this in a method that answers a request, or while you hold a lock that a request
  /// needs. In both cases, a notification might wait for a request that cannot be answered.
  ///
  /// - Returns: `true` if the next call is due after `updateInterval`. Otherwise an interval of
  ///   some tenths of a second is short enough.
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
    // Send the notifications after `state` is unlocked, to avoid a deadlock. A notification waits
    // for the kernel's lock of a directory, and the kernel might hold that lock for a request that
    // waits for `state`.
    for notification in notifications { connection?.notify(notification) }
    return isBusy
  }

  /// Returns a notification for each directory that is no longer at the location that the kernel
  /// caches.
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

  /// Returns a notification for each pending poll(2) of a file that has changed since it was read.
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

  /// Returns the lines of the root's `.status` that describe the mount.
  func statusLines(_ state: borrowing State, for node: TreeNode) -> [String] {
    guard node.kind == .status else { return [] }
    let hasPassthrough = state.passthroughObstacle == nil
    return [
      "tables \(hasPassthrough ? "passthrough" : "copied: \(state.passthroughObstacle ?? "")")",
      "binary \(hasPassthrough && backsBinaryFiles ? "passthrough" : "sampled")",
      "visibility \(settings.visibility.rawValue)",
    ]
  }

  /// Whether `.binary` files have passthrough.
  ///
  /// With `visibility=owner`, these files have no passthrough. Each user then sees different sums,
  /// but with passthrough all users would read the same bytes.
  var backsBinaryFiles: Bool { settings.passthrough == .all && settings.visibility == .all }
}
