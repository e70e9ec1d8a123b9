import LinuxSystem
import RRDFormat
import StatsTree

/// What tells whether something else is at a path.
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
  /// Looks at the directory: files come, are replaced and go.
  func look() {
    let entries = (try? directoryEntries(options.directory)) ?? []
    let names = entries.filter(Self.isName).sorted()
    for name in names.prefix(Self.mostFiles) where files[name] == nil {
      files[name] = Found("\(options.directory)/\(name)")
    }
    let present = Set(names.prefix(Self.mostFiles))
    for (name, found) in files where !present.contains(name) {
      clear(found, isTold: true)
      files[name] = nil
    }
    let base = tree.root.child("rrdd")
    if files.isEmpty {
      if let base { tree.remove(base) }
    } else if names.count > Self.mostFiles {
      tree.source("rrdd").remarks = [
        "there are \(names.count) files in \(options.directory); the first \(Self.mostFiles) are read"
      ]
    } else {
      base?.remarks = []
    }
  }

  /// Whether a file of this name is a plugin's, whole, and can be part of a path that a person types.
  ///
  /// `*.tmp` is one that is being made, `tap-*` is a block device's own statistics.
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

  /// Brings one file up to date.
  func update(_ found: Found, _ name: String) {
    // What has no name any more goes with the next look.
    guard let signature = FileSignature(found.path) else { return }
    let isSame = signature == found.signature
    found.signature = signature
    if isSame, let mirror = found.mirror {
      do throws(RRDAccessError) {
        if try mirror.isCurrent() {
          settle(found, nil)
          return
        }
      } catch {
        if error.mayBeTorn {
          // Its last words stay; it is read again.
          settle(found, error)
          return
        }
      }
    }
    if isSame, let refusal = found.refusal, !refusal.mayBeTorn {
      guard case .flaw = refusal, Self.start(found.path) != found.refusedStart else { return }
    }
    read(found, name)
  }

  /// The first bytes of a file, which others have when it is written anew.
  private static func start(_ path: String) -> [UInt8] {
    guard let file = try? RRDOpenFile.open(path) else { return [] }
    var bytes = [UInt8](repeating: 0, count: RRDLayout.smallestByteCount)
    let count = file.read(into: &bytes)
    return Array(bytes[..<count])
  }

  /// Reads a file anew, in the place of what it was.
  private func read(_ found: Found, _ name: String) {
    do throws(RRDAccessError) {
      let file = try RRDOpenFile.open(found.path)
      let contents = try file.read()
      if let mirror = found.mirror, mirror.describes(contents) {
        // A writer that makes a new file for each update has totals all the same.
        mirror.backing.adopt(file, contents.header)
        settle(found, nil)
        return
      }
      let mirror = RRDMirror(file, contents, clocks: options.clocks)
      let isNew = found.mirror == nil
      clear(found, isTold: false)
      guard let source = source(name) else { return }
      mirror.attach(to: source, in: tree)
      found.mirror = mirror
      found.source = source
      settle(found, nil)
      if isNew { events.append(.appeared(path: source.path)) }
    } catch {
      refuse(found, name, error)
    }
  }

  /// Says of a file that is read what there is to say.
  private func settle(_ found: Found, _ trouble: RRDAccessError?) {
    let remarks = (found.mirror?.remarks ?? []) + (trouble.map { [$0.description] } ?? [])
    if found.source?.remarks != remarks { found.source?.remarks = remarks }
    found.refusal = nil
  }

  /// Says on a source without groups why a file cannot be read.
  private func refuse(_ found: Found, _ name: String, _ refusal: RRDAccessError) {
    if case .flaw = refusal { found.refusedStart = Self.start(found.path) }
    guard found.refusal != refusal else { return }
    clear(found, isTold: false)
    guard let source = source(name) else { return }
    source.status = .denied(code: refusal.code)
    source.remarks = [refusal.description]
    found.source = source
    found.refusal = refusal
    events.append(.remark(path: source.path, text: refusal.description))
  }

  /// Takes a file's sources out of the tree.
  private func clear(_ found: Found, isTold: Bool) {
    guard let source = found.source else { return }
    if isTold { events.append(.gone(path: source.path)) }
    source.visit { $0.status = .gone }
    tree.remove(source)
    found.source = nil
    found.mirror = nil
    found.refusal = nil
  }

  private func source(_ name: String) -> Source? {
    // What had the name was cleared.
    try? tree.add(
      name, below: tree.source("rrdd"), keys: ["plugin": name],
      created: options.clocks().monotonic)
  }
}
