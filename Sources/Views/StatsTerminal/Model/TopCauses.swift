internal import Statistics
import StatsKnowledge
internal import StatsTree

/// The parts of a count that a row has: what the guest was left for.
struct TopCauses {
  /// What each part is called, in the order of the schema.
  let names: [String]
  private let parts: [TopCell]

  /// The parts of a statistic of a group; nil where it has none.
  init?(of whole: String, in entry: Plan.Entry, _ meanings: Meanings) {
    var names: [String] = []
    var parts: [TopCell] = []
    for index in entry.shown {
      let statistic = entry.group.schema.statistics[index]
      let all = meanings.all(named: statistic.name)
      guard statistic.kind == .cumulative, all.contains(where: { $0.partOf == whole }),
        names.count < 255
      else { continue }
      names.append(all.lazy.compactMap(\.title).first ?? statistic.name)
      parts.append(TopCell(index, of: entry, meanings))
    }
    if parts.isEmpty { return nil }
    self.names = names
    self.parts = parts
  }

  /// The two largest parts of the whole's rate.
  func leading(_ sampler: Sampler, whole: TopValue) -> TopLeadingCauses {
    guard !whole.isNone, whole.value > 0 else { return .none }
    var best = (index: 255, value: Float(0))
    var second = best
    for index in parts.indices {
      let figure = parts[index].figure(sampler)
      guard !figure.isNone, figure.value > second.value else { continue }
      if figure.value > best.value {
        second = best
        best = (index, figure.value)
      } else {
        second = (index, figure.value)
      }
    }
    func percent(_ value: Float) -> UInt8 {
      UInt8(min(100, max(0, (value / whole.value * 100).rounded())))
    }
    return TopLeadingCauses(
      first: UInt8(best.index), firstPercent: percent(best.value), second: UInt8(second.index),
      secondPercent: percent(second.value))
  }

  /// Such as `halt 62% MMIO 20%`; `-` where nothing is known.
  func text(_ lead: TopLeadingCauses) -> String {
    guard Int(lead.first) < names.count else { return "-" }
    var text = "\(names[Int(lead.first)]) \(lead.firstPercent)%"
    if Int(lead.second) < names.count, lead.secondPercent > 0 {
      text += " \(names[Int(lead.second)]) \(lead.secondPercent)%"
    }
    return text
  }
}

/// The two leading causes of a row in four bytes, so that ten minutes of them are small.
struct TopLeadingCauses: Hashable {
  var first: UInt8
  var firstPercent: UInt8
  var second: UInt8
  var secondPercent: UInt8

  static let none = TopLeadingCauses(first: 255, firstPercent: 0, second: 255, secondPercent: 0)
}
