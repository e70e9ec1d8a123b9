public import FUSE
internal import LinuxSystem
public import StatsTree
import Synchronization

/// A tree as a filesystem: a directory for each source and group, a file for each statistic.
///
/// The document `docs/filesystem.md` says what the files have. Backings that wait for other
/// processes should not be in the tree: a reader of the filesystem would wait for them.
///
/// Whoever changes the tree calls `update` from time to time, from a thread of their own.
public final class TreeFileSystem: FuseFileSystem {
  struct State {
    var views: ViewList
    var nodes: NodeTable<TreeNode>
    /// Of the directories that the kernel knows, where they are.
    var places: [UInt64: Place] = [:]
    var files: [UInt64: OpenFile] = [:]
    var directories: [UInt64: Listing] = [:]
    /// What the kernel reads in our stead, by node, and how many have it open.
    var backings: [UInt64: OpenBacking] = [:]
    var lastHandle: UInt64 = 0
    var generation: UInt64 = 0
    var connection: FuseConnection?
    /// Why nothing can be handed to the kernel; nil where it can.
    var refusal: String?

    /// A number for something that was opened.
    mutating func nextHandle() -> UInt64 {
      lastHandle += 1
      return lastHandle
    }
  }

  /// Where a directory is: its name in another one.
  struct Place: Hashable {
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
        case .binary(let kept): kept.backing
        }
      }
    }

    let content: Content
    var count = 0
  }

  let state: Mutex<State>
  let settings: MountSettings
  private let tree: Tree
  /// Whose the files are that are nobody's.
  let owner: (user: UInt32, group: UInt32)

  /// How long the kernel keeps names and attributes of directories, in nanoseconds.
  ///
  /// It is told when they change.
  static let validity: UInt64 = 60_000_000_000
  /// How long it keeps the size of a file: as long as a sample is good enough for sizes.
  ///
  /// Without any, each open(2) would cost a request more, since it looks at the file's mode.
  static let sizeValidity: UInt64 = 10_000_000

  /// - Parameters:
  ///   - tree: what is shown.
  ///   - selection: which part of it.
  ///   - settings: how it is mounted.
  public init(
    _ tree: Tree, _ selection: Selection = Selection(), settings: MountSettings = MountSettings()
  ) {
    self.tree = tree
    self.settings = settings
    owner = (settings.user ?? currentUser(), settings.group ?? currentGroup())
    state = Mutex(
      State(
        views: ViewList(tree, selection, settings),
        nodes: NodeTable(root: TreeNode(source: tree.root, kind: .source))))
  }

  public func begin(_ connection: FuseConnection) {
    let refusal = Self.refusal(connection, settings)
    state.withLock { state in
      state.connection = connection
      state.refusal = refusal
    }
  }

  /// Why the kernel cannot read in our stead; a file in memory is tried.
  private static func refusal(_ connection: FuseConnection, _ settings: MountSettings) -> String? {
    guard settings.passthrough != .off else { return "passthrough=off" }
    do {
      let file = try MemoryFile(name: "vitals-probe", byteCount: 4096)
      _ = try connection.openBacking(of: file.descriptor)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// What the kernel is asked for: a file with computed content is not mapped as shared, since the
  /// kernel would keep its pages as they were.
  public static var wishes: FuseRequestedFeatures {
    var wishes = FuseRequestedFeatures()
    wishes.features.remove(.directIOMappings)
    return wishes
  }

  // MARK: - Changes

  /// How long a kept binary file may go without new numbers, in nanoseconds.
  public static let pace: UInt64 = 10_000_000

  /// Tells the kernel, and who polls, of what came and went in the tree; renews what the kernel reads
  /// in our stead.
  ///
  /// Not from a request, nor where a reader of the filesystem could be waited for.
  ///
  /// - Returns: whether it should be called again after `pace`; else some tenths of a second will do.
  public func update() -> Bool {
    let (connection, notifications, isBusy) = state.withLock { state in
      var notifications: [FuseNotification] = []
      if state.generation != tree.generation {
        state.generation = tree.generation
        notifications = changedNames(&state) + wakes(&state)
      }
      var isBusy = false
      let now = monotonicNanoseconds()
      for backing in state.backings.values {
        guard case .binary(let kept) = backing.content else { continue }
        kept.update(state.views.whole().reading(of: kept.entry, since: now))
        isBusy = true
      }
      return (state.connection, notifications, isBusy)
    }
    // The kernel may hold the lock of a directory until a request on it is answered, which takes ours.
    for notification in notifications { connection?.notify(notification) }
    return isBusy
  }

  /// The directories that are not where the kernel knows them any more.
  private func changedNames(_ state: inout State) -> [FuseNotification] {
    let view = state.views.whole()
    var found: [FuseNotification] = []
    for (number, place) in state.places {
      guard let node = state.nodes[number], let parent = state.nodes[place.parent],
        !view.isPresent(parent) || view.listing(of: parent).find(place.name) != node
      else { continue }
      found.append(.name(place.name, parent: place.parent))
      state.places[number] = nil
    }
    return found
  }

  /// Who polls a file that has something new.
  private func wakes(_ state: inout State) -> [FuseNotification] {
    var found: [FuseNotification] = []
    for (handle, file) in state.files {
      guard let wake = file.wake, hasNews(file, &state) else { continue }
      state.files[handle]?.wake = nil
      found.append(.wake(wake))
    }
    return found
  }

  /// Whether a file has something that its reader has not seen.
  func hasNews(_ file: OpenFile, _ state: inout State) -> Bool {
    let now = try? state.views.view(of: file.viewer).content(of: file.node)
    return now == nil || now != file.seen
  }

  /// What the mount says of itself in the status of the root.
  func facts(_ state: borrowing State, for node: TreeNode) -> [String] {
    guard node.kind == .status else { return [] }
    let handed = state.refusal == nil
    return [
      "tables \(handed ? "passthrough" : "copied: \(state.refusal ?? "")")",
      "binary \(handed && keepsBinary ? "passthrough" : "sampled")",
      "visibility \(settings.visibility.rawValue)",
    ]
  }

  /// Whether groups in KVM's format are kept for the kernel: not where viewers see different sums.
  var keepsBinary: Bool { settings.passthrough == .all && settings.visibility == .all }
}
