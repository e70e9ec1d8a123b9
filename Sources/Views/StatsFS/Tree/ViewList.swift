import FUSE
internal import StatsKnowledge
internal import StatsTree

/// Keeps one view of the tree for each viewer (user) who accessed the mount recently.
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
  /// The maximum number of views.
  ///
  /// The number is limited because each view has a sampler, which stores the values of all groups
  /// that the viewer sees.
  private static let maximumCount = 32

  init(
    _ tree: Tree, _ selection: Selection, _ meanings: Meanings, _ settings: MountSettings
  ) {
    self.tree = tree
    self.selection = selection
    self.meanings = meanings
    self.settings = settings
  }

  /// Returns the viewer whose view a caller gets.
  ///
  /// With `visibility=owner`, the viewer is the calling user. Otherwise, and for root, the viewer
  /// is the viewer of the mount.
  func viewer(_ caller: FuseCaller) -> Viewer {
    settings.visibility == .all || caller.user == 0 ? selection.viewer : .user(caller.user)
  }

  /// Returns the view of the viewer that was selected for the mount.
  mutating func mountView() -> TreeView { view(of: selection.viewer) }

  /// Returns the updated view of a viewer.
  ///
  /// If a new view would exceed the maximum number, the least recently used view is removed.
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
