import LinuxSystem
import SharedTable
import StatsTree

extension TableInput {
  /// Brings one table up to date: a few loads where nothing changed.
  func update(_ found: FoundTable, _ now: UInt64) {
    guard let mirror = found.mirror else { return }
    let wasBroken = mirror.isBroken
    let isOther = mirror.reader.refresh()
    let health = mirror.isDead ? mirror.health : mirror.reader.health(now: now, bootID: bootID)
    guard isOther || health != mirror.health || wasBroken != mirror.reader.isBroken else { return }
    if health == .closed, !attached.contains(where: { $0.name == found.place.name }) {
      drop(found)
      return
    }
    if health != mirror.health, let text = mirror.words(for: health) {
      events.append(.remark(path: mirror.base.path, text: text))
    }
    mirror.isBroken = mirror.reader.isBroken
    mirror.note(health, now: now)
    mirror.mirror()
    if let reason = mirror.enable(options.enabled, watched: watched) {
      events.append(.remark(path: mirror.base.path, text: reason))
    }
    mirror.mirror()
    mirror.describe()
  }

  /// Listens to what a table's publisher says.
  func listen(to found: FoundTable) {
    guard let number = found.mirror?.reader.changeDescriptor else { return }
    let token = nextToken
    nextToken += 1
    // Without it the table is read all the same; changes of it are seen in its memory.
    guard (try? poller.add(number, token: token)) != nil else { return }
    listeners[token] = found.place.name
    found.token = token
  }

  /// Takes what one publisher said.
  func hear(_ token: UInt64) {
    guard let name = listeners[token], let found = tables[name], let mirror = found.mirror else {
      return
    }
    if mirror.reader.hear() { return }
    // It ended, or begins anew.
    stopListening(to: found)
    mustLook = true
  }

  private func stopListening(to found: FoundTable) {
    guard let token = found.token else { return }
    if let number = found.mirror?.reader.changeDescriptor { poller.remove(number) }
    listeners[token] = nil
    found.token = nil
  }

  /// Takes a table's sources out of the tree.
  func clear(_ found: FoundTable, isTold: Bool) {
    stopListening(to: found)
    if let mirror = found.mirror {
      if isTold {
        events.append(.gone(path: mirror.base.path, pid: mirror.reader.identity.pid))
      }
      mirror.remove()
      found.mirror = nil
    }
    if let failure = found.failure {
      tree.remove(failure)
      found.failure = nil
    }
  }

  /// Forgets a table.
  func drop(_ found: FoundTable) {
    clear(found, isTold: true)
    tables[found.place.name] = nil
    if let app = tree.root.child("app"), app.children.isEmpty { tree.remove(app) }
  }

  /// The 16 bytes of this boot's id, or nil where proc(5) does not say it.
  static func bootID(_ proc: String) -> [UInt8]? {
    guard let text = try? readText("\(proc)/sys/kernel/random/boot_id", limit: 64) else {
      return nil
    }
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == 32 else { return nil }
    return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
