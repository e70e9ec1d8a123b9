internal import Statistics
internal import StatsTree

extension Top {
  /// Takes a key.
  ///
  /// - Parameters:
  ///   - key: what was pressed.
  ///   - time: now, in nanoseconds of CLOCK_MONOTONIC.
  /// - Returns: what is to be done beside a new frame.
  public mutating func take(_ key: Key, at time: UInt64) -> TopRequest? {
    switch key {
    case .control("c"): return .quit
    case .control("z"): return .suspend
    case .control("l"): return .redraw
    default: break
    }
    if prompt != nil { return write(key, at: time) }
    if isHelpShown {
      isHelpShown = false
      return nil
    }
    if move(key) { return nil }
    if case .character(let character) = key { return take(character, at: time) }
    switch key {
    case .enter: open()
    case .backspace, .escape, .delete: back()
    case .left: sort(by: -1)
    case .right: sort(by: 1)
    case .tab: turn(by: 1)
    case .backTab: turn(by: -1)
    default: break
    }
    return nil
  }

  private mutating func take(_ character: Character, at time: UInt64) -> TopRequest? {
    switch character {
    case "q", "Q": return .quit
    case "?", "h": isHelpShown = true
    case "d": openStatistics()
    case "o": sort(by: 1)
    case "O": page.isAscending.toggle()
    case "/", "f", "g":
      prompt = TopPrompt(purpose: .filter, text: page.filter?.text ?? "")
    case "p": prompt = TopPrompt(purpose: .filter, text: "pid=")
    case "c": page.filter = nil
    case "z": page.hidesZeros.toggle()
    case "t": showsTotals.toggle()
    case "u": hasUnits.toggle()
    case "b", "x": show(character == "b" ? .vms : .vcpus)
    case "r":
      model.reset(at: time)
      model.tell("Totals and histograms begin at zero, for this screen only.", at: time)
    case "s": prompt = TopPrompt(purpose: .interval, text: "")
    case " ":
      isFrozen.toggle()
      if !isFrozen {
        stepsBack = 0
        return .sample
      }
    case "[": step(by: 1)
    case "]": step(by: -1)
    case "{": step(by: 10)
    case "}": step(by: -10)
    case "=": step(by: -stepsBack)
    case "1", "2", "3", "4", "5":
      if let number = character.wholeNumberValue { show(TopView.allCases[number - 1]) }
    default: break
    }
    return nil
  }

  // MARK: - Rows

  private mutating func move(_ key: Key) -> Bool {
    let step: Int
    switch key {
    case .up, .character("k"): step = -1
    case .down, .character("j"): step = 1
    case .pageUp, .control("b"): step = -roomForRows
    case .pageDown, .control("f"): step = roomForRows
    case .home: step = -rowKeys.count
    case .end: step = rowKeys.count
    default: return false
    }
    guard !rowKeys.isEmpty else { return true }
    let now = page.selected.flatMap { rowKeys.firstIndex(of: $0) } ?? 0
    page.selected = rowKeys[min(rowKeys.count - 1, max(0, now + step))]
    return true
  }

  private mutating func sort(by step: Int) {
    guard !sortNames.isEmpty else { return }
    let now = page.sortName.flatMap { sortNames.firstIndex(of: $0) } ?? 0
    page.sortName = sortNames[(now + step + sortNames.count) % sortNames.count]
    page.isAscending = false
  }

  // MARK: - Pages

  private mutating func show(_ view: TopView) {
    var next = TopPage(.table(view, below: nil))
    // A VM that was filtered for is that of the vCPUs as well.
    if case .table = page.kind {
      next.filter = page.filter
      next.hidesZeros = page.hidesZeros
    }
    pages = [next]
    rowKeys = []
  }

  private mutating func turn(by step: Int) {
    guard case .table(let view, _) = page.kind, pages.count == 1,
      let index = TopView.allCases.firstIndex(of: view)
    else { return }
    let count = TopView.allCases.count
    show(TopView.allCases[(index + step + count) % count])
  }

  private var chosenKey: String? { page.selected ?? rowKeys.first }

  private mutating func open() {
    guard let key = chosenKey else { return }
    switch page.kind {
    case .table(.vms, _) where key.contains("/") && hasVCPUs(key):
      push(.table(.vcpus, below: key))
    case .table(.vms, _) where !key.contains("/"): show(.vcpus)
    case .table: push(.statistics(path: key))
    case .statistics(let path):
      let parts = key.split(separator: "/").compactMap { UInt64($0) }
      guard parts.count == 2, let found = histogram(path, parts[0], Int(parts[1])),
        found.statistic.kind.isHistogram
      else { return }
      push(.histogram(path: path, group: parts[0], index: Int(parts[1])))
    case .histogram: break
    }
  }

  private func hasVCPUs(_ path: String) -> Bool {
    model.current?.layout.tables.contains { table in
      table.view == .vcpus && table.rows.contains { $0.path.hasPrefix(path + "/") }
    } ?? false
  }

  private mutating func openStatistics() {
    guard case .table = page.kind, let key = chosenKey else { return }
    push(.statistics(path: key))
  }

  private mutating func push(_ kind: TopPage.Kind) {
    // Statistics are those of now.
    if case .table = kind {} else if stepsBack > 0 { stepsBack = 0 }
    pages.append(TopPage(kind))
    rowKeys = []
    if case .statistics = kind { trail = TopStatisticHistory() }
  }

  private mutating func back() {
    guard pages.count > 1 else { return }
    pages.removeLast()
    rowKeys = []
  }

  // MARK: - Time

  private mutating func step(by count: Int) {
    guard case .table = page.kind else { return }
    stepsBack = max(0, min(model.stepCount, stepsBack + count))
    // What is looked at stands still.
    if stepsBack > 0 { isFrozen = true }
  }

  // MARK: - Prompts

  private mutating func write(_ key: Key, at time: UInt64) -> TopRequest? {
    guard let prompt else { return nil }
    switch key {
    case .character(let character): self.prompt?.text.append(character)
    case .backspace:
      if prompt.text.isEmpty { self.prompt = nil } else { self.prompt?.text.removeLast() }
    case .control("u"): self.prompt?.text = ""
    case .escape: self.prompt = nil
    case .enter:
      self.prompt = nil
      switch prompt.purpose {
      case .filter:
        if let flaw = filter(prompt.text) { model.tell(flaw, at: time) }
      case .interval:
        if !prompt.text.isEmpty { return .interval(prompt.text) }
      }
    default: break
    }
    return nil
  }
}
