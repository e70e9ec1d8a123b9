public import FUSE
internal import LinuxSystem
internal import StatsTree
import Synchronization

extension TreeFileSystem {
  public func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    try state.withLock { state throws(FuseError) in
      // Use the view of the mount, not the view of the caller, because the kernel shares a cached
      // name among all callers. The permission bits of directories restrict access.
      let view = state.views.mountView()
      guard let node = state.nodes[directory] else { throw FuseError.stale }
      guard let found = view.listing(of: node).find(name) else { throw FuseError.noEntry }
      let number = registerLookup(found, named: name, in: directory, &state)
      return entry(number, found, state.views.viewer(caller), &state)
    }
  }

  public func forget(_ node: UInt64, lookups: UInt64) {
    // The closure returns the node, so that the node is released only after `state` is unlocked.
    // The node might have the last reference to a source.
    _ = state.withLock { state in
      let forgotten = state.nodes.forget(node, lookups: lookups)
      if forgotten != nil { state.locations[node] = nil }
      return forgotten
    }
  }

  public func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    try state.withLock { state throws(FuseError) in
      let view = state.views.mountView()
      guard let known = state.nodes[node] else { throw FuseError.stale }
      guard view.isPresent(known) else { throw FuseError.noDevice }
      let attributes = attributes(node, known, state.views.viewer(caller), &state)
      return (attributes, known.isDirectory ? Self.validity : Self.sizeValidity)
    }
  }

  // MARK: - Directories

  public func openDirectory(_ node: UInt64, for caller: FuseCaller) throws(FuseError) -> FuseOpened
  {
    try state.withLock { state throws(FuseError) in
      guard state.nodes[node] != nil else { throw FuseError.stale }
      return FuseOpened(handle: state.nextHandle())
    }
  }

  public func readDirectory(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    try state.withLock { state throws(FuseError) in
      guard let known = state.nodes[node] else { throw FuseError.stale }
      let viewer = state.views.viewer(caller)
      // All parts of a listing are from one point in time, so that each entry occurs exactly once.
      var listing = state.directories[range.handle] ?? .empty
      if range.offset == 0 {
        listing = state.views.view(of: viewer).listing(of: known)
        state.directories[range.handle] = listing
      }
      var cookie = range.offset
      for (position, link) in [FuseDirectoryLink.itself, .parent].enumerated()
      where cookie == UInt64(position) {
        cookie += 1
        let parent = state.locations[node]?.parent ?? NodeTable<TreeNode>.root
        guard entries.append(link, inode: position == 0 ? node : parent, cookie: cookie) else {
          return
        }
      }
      while cookie - 2 < UInt64(listing.count) {
        let position = Int(cookie - 2)
        cookie += 1
        let name = listing.name(at: position)
        let child = listing.node(at: position)
        guard entries.countsLookups else {
          let kind = child.isDirectory ? FuseAttributes.Kind.directory : .file
          let inode = state.nodes.node(of: child) ?? UInt64.max
          let attributes = FuseAttributes(inode: inode, kind: kind, permissions: 0)
          let entry = FuseEntry(
            node: inode, attributes: attributes, nameValidity: 0, attributesValidity: 0)
          guard entries.append(entry, named: name, cookie: cookie) else { return }
          continue
        }
        let number = registerLookup(child, named: name, in: node, &state)
        let entry = entry(number, child, viewer, &state)
        guard entries.append(entry, named: name, cookie: cookie) else {
          if state.nodes.forget(number, lookups: 1) != nil { state.locations[number] = nil }
          return
        }
      }
    }
  }

  public func releaseDirectory(_ handle: UInt64, of node: UInt64) {
    state.withLock { $0.directories[handle] = nil }
  }

  // MARK: - Lookups and attributes

  /// Adds one to the lookup count of a node, and returns the ID of the node (its inode number).
  private func registerLookup(
    _ node: TreeNode, named name: FuseName, in directory: UInt64, _ state: inout State
  ) -> UInt64 {
    let number = state.nodes.lookUp(node)
    if node.isDirectory {
      state.locations[number] = DirectoryLocation(parent: directory, name: name)
    }
    return number
  }

  private func entry(
    _ number: UInt64, _ node: TreeNode, _ viewer: Viewer, _ state: inout State
  ) -> FuseEntry {
    // The next lookup of a table might find another file, so the kernel must not cache the name.
    var nameValidity = Self.validity
    if case .table = node.kind { nameValidity = 0 }
    return FuseEntry(
      node: number, attributes: attributes(number, node, viewer, &state),
      nameValidity: nameValidity,
      attributesValidity: node.isDirectory ? Self.validity : Self.sizeValidity)
  }

  private func attributes(
    _ number: UInt64, _ node: TreeNode, _ viewer: Viewer, _ state: inout State
  ) -> FuseAttributes {
    // As in sysfs, a new value does not change the modification time of the file, because tar(1)
    // warns if this time changes while tar(1) reads the file.
    let time = state.views.mountView().changed
    let owner = node.source.owner
    let (user, group) = (owner ?? self.owner.user, self.owner.group)
    if node.isDirectory {
      let isClosed = settings.visibility == .owner && owner != nil
      let mode = number == NodeTable<TreeNode>.root ? settings.mode : isClosed ? 0o700 : 0o755
      return FuseAttributes(
        inode: number, kind: .directory, permissions: mode, user: user, group: group, links: 1,
        time: time)
    }
    let view = state.views.view(of: viewer)
    return FuseAttributes(
      inode: number, kind: .file, permissions: view.canClear(node) ? 0o644 : 0o444,
      size: view.size(of: node, statusLines: statusLines(state, for: node)), user: user,
      group: group,
      time: time)
  }
}
