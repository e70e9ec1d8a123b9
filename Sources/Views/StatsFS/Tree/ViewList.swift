import FUSE
internal import StatsKnowledge
internal import StatsTree

/// The views of recent viewers of a tree.
struct ViewList {
  private struct Slot {
    let viewer: Viewer
    let view: TreeView
    var lastUse: UInt64
  }

  private let tree: Tree
  private let selection: Selection
  private let meanings: Meanings
  private let settings: MountSettings
  private var slots: [Slot] = []
  private var uses: UInt64 = 0
  /// The maximum number of views: each has a sampler with a record of everything visible.
  private static let maximumCount = 32

  init(
    _ tree: Tree, _ selection: Selection, _ meanings: Meanings, _ settings: MountSettings
  ) {
    self.tree = tree
    self.selection = selection
    self.meanings = meanings
    self.settings = settings
  }

  /// Returns the viewer that represents a caller.
  func viewer(_ caller: FuseCaller) -> Viewer {
    settings.visibility == .all || caller.user == 0 ? selection.viewer : .user(caller.user)
  }

  /// Returns the view of the mount's own viewer.
  mutating func mountView() -> TreeView { view(of: selection.viewer) }

  /// Returns the updated view of a viewer; may evict the least recently used one.
  mutating func view(of viewer: Viewer) -> TreeView {
    uses += 1
    let found: TreeView
    if let index = slots.firstIndex(where: { $0.viewer == viewer }) {
      slots[index].lastUse = uses
      found = slots[index].view
    } else {
      if slots.count == Self.maximumCount,
        let oldest = slots.indices.min(by: { slots[$0].lastUse < slots[$1].lastUse })
      {
        slots.remove(at: oldest)
      }
      var own = selection
      own.viewer = viewer
      found = TreeView(Sampler(tree, own), meanings: meanings, hasText: settings.hasText)
      slots.append(Slot(viewer: viewer, view: found, lastUse: uses))
    }
    found.refreshIfChanged()
    return found
  }
}
