import FUSE
internal import Statistics
internal import StatsFormats
import StatsKnowledge
internal import StatsTree

extension TreeView {
  /// Returns the content of a file in `.metrics`, which has the format of metricfs.
  func metric(_ path: MetricPath, since time: UInt64) throws(FuseError) -> [UInt8] {
    guard case .file(let group, let name, let file) = path else { throw .isDirectory }
    guard let metric = metrics().metric(group, name) else { throw .noDevice }
    var text = ValueText()
    switch file {
    case .version: text.append("1\n")
    case .annotations: append(annotationsOf: metric.statistic, to: &text)
    case .fields: append(fieldsOf: metric.statistic, to: &text)
    case .values:
      ensurePass(since: time)
      for (entry, index) in metric.occurrences {
        let statistic = entry.group.schema.statistics[index]
        text.append(
          records: statistic, in: sampler.lastReading(of: entry),
          after: entry.source.path.escaped)
      }
    }
    return text.bytes
  }

  private func append(annotationsOf statistic: Statistic, to text: inout ValueText) {
    let meaning = meanings.text(of: statistic)
    text.append("DESCRIPTION \((meaning.isEmpty ? statistic.name : meaning).escaped)\n")
    if statistic.kind == .cumulative || statistic.kind.isHistogram { text.append("CUMULATIVE\n") }
  }

  private func append(fieldsOf statistic: Statistic, to text: inout ValueText) {
    let value = statistic.kind == .state ? "str" : "int"
    if statistic.kind.isHistogram {
      let hasNames = !statistic.states.isEmpty
      text.append(
        hasNames ? "source name value\nstr str int\n" : "source bound value\nstr int int\n")
    } else {
      let extra = String(repeating: " \(value)", count: max(0, statistic.size - 1))
      let names = (1..<max(1, statistic.size)).map { " value\($0 + 1)" }.joined()
      text.append("source value\(names)\nstr \(value)\(extra)\n")
    }
  }
}
