internal import Statistics
import StatsKnowledge
internal import StatsTree

/// Finds the statistics that divide the counter of a row into causes, such as the causes of exits.
struct TopCauses {
  /// The titles of the causes in the order of the schema.
  let names: [String]
  private let parts: [TopCell]

  /// Finds the statistics of a group that are parts of the statistic `whole`; nil if there are no
  /// such statistics.
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

  /// Returns the two causes with the highest rates.
  func leading(_ sampler: Sampler, whole: TopValue) -> TopLeadingCauses {
    guard !whole.isNone, whole.value > 0 else { return .none }
    var best = (index: 255, value: Float(0))
    var second = best
    for index in parts.indices {
      let rate = parts[index].value(sampler)
      guard !rate.isNone, rate.value > second.value else { continue }
      if rate.value > best.value {
        second = best
        best = (index, rate.value)
      } else {
        second = (index, rate.value)
      }
    }
    func percent(_ value: Float) -> UInt8 {
      UInt8(min(100, max(0, (value / whole.value * 100).rounded())))
    }
    return TopLeadingCauses(
      first: UInt8(best.index), firstPercent: percent(best.value), second: UInt8(second.index),
      secondPercent: percent(second.value))
  }

  /// Formats leading causes, such as `halt 62% MMIO 20%`; `-` if there are none.
  func text(_ causes: TopLeadingCauses) -> String {
    guard Int(causes.first) < names.count else { return "-" }
    var text = "\(names[Int(causes.first)]) \(causes.firstPercent)%"
    if Int(causes.second) < names.count, causes.secondPercent > 0 {
      text += " \(names[Int(causes.second)]) \(causes.secondPercent)%"
    }
    return text
  }
}

/// The two causes with the highest rates in a row.
///
/// The struct has only four bytes, because `TopHistory` keeps the causes of ten minutes.
struct TopLeadingCauses: Hashable {
  var first: UInt8
  var firstPercent: UInt8
  var second: UInt8
  var secondPercent: UInt8

  static let none = TopLeadingCauses(first: 255, firstPercent: 0, second: 255, secondPercent: 0)
}
