import LinuxSystem
import RRDFormat
import Statistics
import StatsInput
import StatsTree

/// The attributes of a file that change if another file takes its name.
struct FileSignature: Hashable {
  private let numbers: [UInt64]

  init?(_ path: String) {
    guard let status = try? FileStatus(ofName: path) else { return nil }
    numbers = [
      status.device, status.inode, UInt64(status.mode), UInt64(status.owner), status.links,
      UInt64(status.size),
    ]
  }
}

extension RRDInput {
  /// Scans the directory: adds new files and removes the sources of missing ones.
  func scan() {
    let entries = (try? directoryEntries(options.directory)) ?? []
    let names = entries.filter(Self.isName).sorted()
    for name in names.prefix(Self.maximumFileCount) where files[name] == nil {
      files[name] = PluginFile("\(options.directory)/\(name)")
    }
    let present = Set(names.prefix(Self.maximumFileCount))
    for (name, file) in files where !present.contains(name) {
      remove(file, notifies: true)
      files[name] = nil
    }
    let base = tree.root.child(Self.root.path)
    if files.isEmpty {
      if let base { tree.remove(base) }
    } else if names.count > Self.maximumFileCount {
      let root = tree.source(Self.root.path, role: Self.root.role)
      root.diagnostics = [
        Diagnostic(
          .files,
          "'\(options.directory)' has \(names.count) files; only the first"
            + " \(Self.maximumFileCount) are read",
          isDiscoveryIncomplete: true)
      ]
    } else {
      base?.diagnostics = []
    }
  }

  /// Returns `true` if a name belongs to a complete file of a plugin and can be part of a path.
  ///
  /// A file `*.tmp` is under construction. A file `tap-*` has the statistics of a block device.
  static func isName(_ name: String) -> Bool {
    (1...200).contains(name.utf8.count) && !name.hasPrefix(".") && !name.hasPrefix("tap-")
      && !name.hasSuffix(".tmp")
      && name.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned,
          .privateUse:
          false
        default: scalar != "\u{fffd}"
        }
      }
  }

  /// Checks one file and reads it again if necessary.
  func update(_ file: PluginFile, _ name: String) {
    // If the name no longer exists, the next scan removes the file.
    guard let signature = FileSignature(file.path) else { return }
    let isSame = signature == file.signature
    file.signature = signature
    if isSame, let mirror = file.mirror {
      do throws(RRDAccessError) {
        if try mirror.isCurrent() {
          updateDiagnostics(file, nil)
          return
        }
      } catch {
        if error.mayBeTorn {
          // Keep the last values; the next refresh reads the file again.
          updateDiagnostics(file, error)
          return
        }
      }
    }
    if isSame, let error = file.error, !error.mayBeTorn {
      guard case .format = error, Self.start(file.path) != file.rejectedStart else { return }
    }
    read(file, name)
  }

  /// Returns the first bytes of a file.
  ///
  /// If the file is rewritten, these bytes change.
  private static func start(_ path: String) -> [UInt8] {
    guard let file = try? RRDOpenFile.open(path) else { return [] }
    var bytes = [UInt8](repeating: 0, count: RRDLayout.minimumByteCount)
    let count = file.read(into: &bytes)
    return Array(bytes[..<count])
  }

  /// Reads a file and replaces its sources.
  private func read(_ file: PluginFile, _ name: String) {
    do throws(RRDAccessError) {
      let openFile = try RRDOpenFile.open(file.path)
      let contents = try openFile.read()
      if let mirror = file.mirror, mirror.matches(contents) {
        // Keep the groups, so that totals continue even if the writer creates a new file for each
        // update.
        mirror.backing.adopt(openFile, contents.header)
        updateDiagnostics(file, nil)
        return
      }
      let mirror = RRDMirror(openFile, contents, clocks: options.clocks)
      let isNew = file.mirror == nil
      remove(file, notifies: false)
      guard let source = source(name) else { return }
      mirror.attach(to: source, in: tree)
      file.mirror = mirror
      file.source = source
      updateDiagnostics(file, nil)
      if isNew { events.append(.appeared(path: source.path, .file)) }
    } catch {
      reject(file, name, error)
    }
  }

  /// Updates the diagnostics of a file that has sources.
  private func updateDiagnostics(_ file: PluginFile, _ error: RRDAccessError?) {
    let texts = (file.mirror?.diagnosticTexts ?? []) + (error.map { [$0.description] } ?? [])
    let diagnostics = texts.map { Diagnostic(.files, $0) }
    if file.source?.diagnostics != diagnostics { file.source?.diagnostics = diagnostics }
    file.error = nil
  }

  /// Adds a source with status `denied` and a diagnostic that gives the reason.
  private func reject(_ file: PluginFile, _ name: String, _ error: RRDAccessError) {
    if case .format = error { file.rejectedStart = Self.start(file.path) }
    guard file.error != error else { return }
    remove(file, notifies: false)
    guard let source = source(name) else { return }
    source.status = .denied(code: error.code)
    source.diagnostics = [Diagnostic(.files, error.description)]
    file.source = source
    file.error = error
    events.append(.diagnostic(path: source.path, text: error.description))
  }

  /// Removes the sources of a file from the tree.
  private func remove(_ file: PluginFile, notifies: Bool) {
    guard let source = file.source else { return }
    if notifies { events.append(.gone(path: source.path, .file, reason: "its file was removed")) }
    source.visit { $0.status = .gone }
    tree.remove(source)
    file.source = nil
    file.mirror = nil
    file.error = nil
  }

  private func source(_ name: String) -> Source? {
    // This cannot fail, because `remove` has removed the previous source of that name.
    try? tree.add(
      name, below: tree.source(Self.root.path, role: Self.root.role), role: .plugin,
      keys: ["plugin": name], created: options.clocks().monotonic)
  }
}
