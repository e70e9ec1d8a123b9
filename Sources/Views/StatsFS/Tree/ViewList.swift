import FUSE
internal import StatsTree

/// The views of a tree, one for each viewer who looked at it lately.
struct ViewList {
  private struct Slot {
    let viewer: Viewer
    let view: TreeView
    var lastUse: UInt64
  }

  private let tree: Tree
  private let selection: Selection
  private let settings: MountSettings
  private var slots: [Slot] = []
  private var uses: UInt64 = 0
  /// The most views: each has a sampler with a record of all that its viewer sees.
  private static let most = 32

  init(_ tree: Tree, _ selection: Selection, _ settings: MountSettings) {
    self.tree = tree
    self.selection = selection
    self.settings = settings
  }

  /// Who a caller is to the tree.
  func viewer(_ caller: FuseCaller) -> Viewer {
    settings.visibility == .all || caller.user == 0 ? selection.viewer : .user(caller.user)
  }

  /// What everybody sees, or whom the whole mount is for.
  mutating func whole() -> TreeView { view(of: selection.viewer) }

  /// What a viewer sees, up to date; of many viewers the one who looked longest ago is forgotten.
  mutating func view(of viewer: Viewer) -> TreeView {
    uses += 1
    let found: TreeView
    if let index = slots.firstIndex(where: { $0.viewer == viewer }) {
      slots[index].lastUse = uses
      found = slots[index].view
    } else {
      if slots.count == Self.most,
        let oldest = slots.indices.min(by: { slots[$0].lastUse < slots[$1].lastUse })
      {
        slots.remove(at: oldest)
      }
      var own = selection
      own.viewer = viewer
      found = TreeView(Sampler(tree, own), hasText: settings.hasText)
      slots.append(Slot(viewer: viewer, view: found, lastUse: uses))
    }
    found.follow()
    return found
  }
}
