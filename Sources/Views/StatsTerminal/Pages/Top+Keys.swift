internal import Statistics
internal import StatsTree

extension Top {
  /// Executes the command of a key.
  ///
  /// After this call, the caller must draw a new frame.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - time: The current time in nanoseconds of CLOCK_MONOTONIC.
  /// - Returns: A request that the caller must fulfil.
  public mutating func press(_ key: Key, at time: UInt64) -> TopRequest? {
    switch key {
    case .control("c"): return .quit
    case .control("z"): return .suspend
    case .control("l"): return .redraw
    default: break
    }
    if prompt != nil { return editPrompt(key, at: time) }
    if isHelpShown {
      isHelpShown = false
      return nil
    }
    if moveSelection(key) { return nil }
    if case .character(let character) = key { return press(character, at: time) }
    switch key {
    case .enter: openRow()
    case .backspace, .escape, .delete: closePage()
    case .left: sort(by: -1)
    case .right: sort(by: 1)
    case .tab: cycleView(by: 1)
    case .backTab: cycleView(by: -1)
    default: break
    }
    return nil
  }

  private mutating func press(_ character: Character, at time: UInt64) -> TopRequest? {
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
      model.showNotice("Totals and histograms were reset to zero, on this screen only.", at: time)
    case "s": prompt = TopPrompt(purpose: .interval, text: "")
    case " ":
      isFrozen.toggle()
      if !isFrozen {
        stepsBack = 0
        return .sample
      }
    case "[": stepBack(by: 1)
    case "]": stepBack(by: -1)
    case "{": stepBack(by: 10)
    case "}": stepBack(by: -10)
    case "=": stepBack(by: -stepsBack)
    case "1", "2", "3", "4", "5":
      if let number = character.wholeNumberValue { show(TopView.allCases[number - 1]) }
    default: break
    }
    return nil
  }

  // MARK: - Rows

  /// Moves the selection.
  ///
  /// Returns `false` if the key is not a movement key.
  private mutating func moveSelection(_ key: Key) -> Bool {
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
    let current = page.selected.flatMap { rowKeys.firstIndex(of: $0) } ?? 0
    page.selected = rowKeys[min(rowKeys.count - 1, max(0, current + step))]
    return true
  }

  private mutating func sort(by step: Int) {
    guard !sortNames.isEmpty else { return }
    let current = page.sortName.flatMap { sortNames.firstIndex(of: $0) } ?? 0
    page.sortName = sortNames[(current + step + sortNames.count) % sortNames.count]
    page.isAscending = false
  }

  // MARK: - Pages

  private mutating func show(_ view: TopView) {
    var next = TopPage(.table(view, below: nil))
    // The filter also applies to the rows of the next view, for example to the vCPUs of a VM.
    if case .table = page.kind {
      next.filter = page.filter
      next.hidesZeros = page.hidesZeros
    }
    pages = [next]
    rowKeys = []
  }

  private mutating func cycleView(by step: Int) {
    guard case .table(let view, _) = page.kind, pages.count == 1,
      let index = TopView.allCases.firstIndex(of: view)
    else { return }
    let count = TopView.allCases.count
    show(TopView.allCases[(index + step + count) % count])
  }

  private var selectedKey: String? { page.selected ?? rowKeys.first }

  private mutating func openRow() {
    guard let key = selectedKey else { return }
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
    guard case .table = page.kind, let key = selectedKey else { return }
    push(.statistics(path: key))
  }

  private mutating func push(_ kind: TopPage.Kind) {
    // Pages of statistics and histograms can show only the last sample.
    if case .table = kind {} else if stepsBack > 0 { stepsBack = 0 }
    pages.append(TopPage(kind))
    rowKeys = []
    if case .statistics = kind { statisticHistory = TopStatisticHistory() }
  }

  private mutating func closePage() {
    guard pages.count > 1 else { return }
    pages.removeLast()
    rowKeys = []
  }

  // MARK: - Time

  private mutating func stepBack(by count: Int) {
    guard case .table = page.kind else { return }
    stepsBack = max(0, min(model.stepCount, stepsBack + count))
    // Sampling is suspended, so that a past sample stays on the screen.
    if stepsBack > 0 { isFrozen = true }
  }

  // MARK: - Prompts

  private mutating func editPrompt(_ key: Key, at time: UInt64) -> TopRequest? {
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
        if let error = filter(prompt.text) { model.showNotice(error, at: time) }
      case .interval:
        if !prompt.text.isEmpty { return .interval(prompt.text) }
      }
    default: break
    }
    return nil
  }
}
