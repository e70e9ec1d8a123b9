internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

/// Formats the lines of one group for `vitals show`.
struct GroupBlock {
  private struct Line {
    let name: String
    var value = "-"
    var rate = ""
    /// Text that follows the value instead of a rate.
    var rest = ""
    /// The part of the value that comes from departed members (members that no longer exist), as
    /// text.
    var departed = ""
    /// The description of the statistic in the schema.
    var meaning = ""
    var bars: [HistogramText.Bar] = []
  }

  private var lines: [Line] = []
  private var zeroCount = 0
  private var unchangedCount = 0
  /// The footnotes whose marks are in the lines.
  private(set) var notes: Set<Footnote> = []
  private let options: ShowText
  private let ongoingTime: OngoingTime
  /// The number of members of an aggregate, which together can spend the time of as many CPUs; 1
  /// for other groups.
  private let memberCount: Int

  init(_ options: ShowText, _ sampler: Sampler, _ entry: Plan.Entry) {
    self.options = options
    let statistics = entry.group.schema.statistics
    ongoingTime = OngoingTime(
      of: entry.shown.map { statistics[$0].name }, meanings: options.meanings)
    let members = sampler.members(of: entry)
    memberCount = members?.count ?? 1
    let status = sampler.status(of: entry)
    guard status.hasNumbers else { return }
    let schema = entry.group.schema
    let aggregate = entry.group.aggregation?.definition
    let names = StatisticNames(of: schema).names
    for index in entry.shown {
      let statistic = schema.statistics[index]
      var line = Line(name: names[index].printable, meaning: statistic.meaning.printable)
      if members.map({ $0.departedCount > 0 }) == true {
        line.departed = departed(index, statistic, sampler, entry)
      }
      if let stateCounts = StateCounts(of: index, in: aggregate) {
        add(line, stateCounts, sampler.counts(statistic, at: entry.placement))
      } else if statistic.kind.isHistogram {
        add(line, histogram: statistic, sampler, entry)
      } else {
        add(line, statistic, sampler, entry)
      }
    }
  }

  /// Formats the part of a sum that comes from departed members.
  ///
  /// The text is empty if there is no such part.
  private func departed(
    _ index: Int, _ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry
  ) -> String {
    if statistic.kind.isHistogram {
      guard let rest = sampler.retainedHistogram(index, of: entry), rest.count > 0,
        !options.showsRates
      else { return "" }
      return "(\(HistogramText(rest, of: statistic).count) from departed members)"
    }
    guard let word = sampler.retained(index, of: entry), word > 0,
      let quantity = Quantity(word, of: statistic)
    else { return "" }
    return "(\(quantity.text) from departed members)"
  }

  // MARK: - Statistics

  private mutating func add(_ line: Line, _ stateCounts: StateCounts, _ counts: [UInt64]?) {
    if options.hidesZeros, let counts, stateCounts.isZero(counts) {
      zeroCount += 1
      return
    }
    var line = line
    line.value = (counts.map { stateCounts.text($0) } ?? "-").printable
    lines.append(line)
  }

  private mutating func add(
    _ line: Line, _ statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry
  ) {
    var line = line
    let words = (0..<statistic.size).map { sampler.value(statistic, of: entry, word: $0) }
    if !words.isEmpty {
      line.value =
        words.map { word in
          word.flatMap { Quantity($0, of: statistic)?.text } ?? "-"
        }.joined(separator: " ").printable
    }
    let rate =
      options.showsRates && statistic.kind == .cumulative
      ? sampler.rate(statistic, of: entry) : nil
    let isOngoing = rate != nil && ongoingTime.isOngoing(statistic, sampler, entry)
    let isZero = statistic.kind != .state && !words.isEmpty && words.allSatisfy { $0 == 0 }
    if options.hidesZeros, isZero, !isOngoing {
      zeroCount += 1
      return
    }
    if let rate {
      if options.hidesZeros, rate.increase == 0, !rate.afterReset, !isOngoing {
        unchangedCount += 1
        return
      }
      let formatted = FormattedRate(
        rate, of: statistic, memberCount: memberCount, isOngoing: isOngoing)
      notes.formUnion(formatted.notes)
      line.rate = formatted.marked
    } else if options.showsRates, statistic.kind == .cumulative {
      line.rate = "-"
    }
    lines.append(line)
  }

  private mutating func add(
    _ line: Line, histogram statistic: Statistic, _ sampler: Sampler, _ entry: Plan.Entry
  ) {
    var line = line
    var histogram = sampler.histogram(statistic, of: entry)
    if options.hidesZeros, histogram?.count == 0 {
      zeroCount += 1
      return
    }
    var mark = ""
    if options.showsRates, histogram != nil {
      switch sampler.change(statistic, of: entry) {
      case .increase(let change):
        histogram = change
        if options.hidesZeros, change.count == 0 {
          unchangedCount += 1
          return
        }
      case .reset(let since):
        histogram = since
        notes.insert(.afterReset)
        mark = Footnote.afterReset.mark
      case nil:
        histogram = nil
      }
    }
    if let histogram {
      let text = HistogramText(histogram, of: statistic)
      line.value = text.count + mark
      line.rest = text.quantiles
      if options.showsBars { line.bars = text.bars }
    }
    lines.append(line)
  }

  // MARK: - Text

  func append(to text: inout ByteText) {
    let nameWidth = lines.map(\.name.unicodeScalars.count).max() ?? 0
    // The widths of histograms and of long lists of words are ignored, so that they do not widen
    // the columns of all other values.
    let plain = lines.filter(\.rest.isEmpty)
    let valueWidth = min(24, plain.map(\.value.unicodeScalars.count).max() ?? 0)
    let rateWidth = plain.map(\.rate.unicodeScalars.count).max() ?? 0
    for line in lines {
      text.append("    \(line.name.padded(to: nameWidth))  \(line.value.padded(from: valueWidth))")
      let start = text.bytes.count
      if !line.rest.isEmpty {
        text.append("  \(line.rest)")
      } else if !line.rate.isEmpty {
        text.append("  \(line.rate.padded(from: rateWidth))")
      }
      if !line.departed.isEmpty { text.append("  \(line.departed)") }
      let taken = 4 + nameWidth + 2 + valueWidth + text.bytes.count - start
      append(line.meaning, room: (options.meaningWidth ?? 0) - taken - 2, to: &text)
      text.append(byte: .newline)
      append(line.bars, to: &text)
    }
    if zeroCount > 0 {
      let phrase = zeroCount == 1 ? "statistic is" : "statistics are"
      text.append("    \(zeroCount) \(phrase) zero\n")
    }
    if unchangedCount > 0 {
      let noun = unchangedCount == 1 ? "statistic" : "statistics"
      text.append("    \(unchangedCount) \(noun) did not change\n")
    }
  }

  /// Appends a description, which is truncated to `room` characters.
  ///
  /// Appends nothing if the whole description does not fit and `room` is less than 24.
  private func append(_ meaning: String, room: Int, to text: inout ByteText) {
    guard !meaning.isEmpty, room >= min(24, meaning.count) else { return }
    text.append("  " + (meaning.count <= room ? meaning : meaning.prefix(room - 3) + "..."))
  }

  private func append(_ bars: [HistogramText.Bar], to text: inout ByteText) {
    let boundsWidth = bars.map(\.bounds.count).max() ?? 0
    let countWidth = bars.map(\.count.count).max() ?? 0
    for bar in bars {
      let bounds = bar.bounds.padded(from: boundsWidth)
      text.append("      \(bounds)  \(bar.count.padded(from: countWidth))  \(bar.bar)\n")
    }
  }
}
