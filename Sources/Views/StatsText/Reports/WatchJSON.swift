public import Statistics
internal import StatsFormats
public import StatsInput
public import StatsRules
internal import StatsTree

/// Writes the lines of `vitals watch --format json` that are not samples.
///
/// `docs/json.md` describes these lines.
public enum WatchJSON {
  /// Returns the line of an event; `nil` for an event without a line.
  public static func line(of event: InputEvent, at time: Timestamp) -> [UInt8]? {
    switch event {
    case .appeared(let path, let owner): line("appeared", path, owner, time)
    case .gone(let path, let owner, _): line("gone", path, owner, time)
    case .diagnostic: nil
    }
  }

  private static func line(
    _ event: String, _ path: String, _ owner: InputEvent.Owner, _ time: Timestamp
  ) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("time", time.text)
      writer.member("event", event)
      writer.member("path", path)
      switch owner {
      case .process(let pid):
        writer.key("pid")
        writer.value(Int128(pid))
      case .domain(let number):
        writer.key("domid")
        writer.value(UInt64(number))
      case .file: break
      }
    }
  }

  /// Returns the line of a source for which a condition holds.
  ///
  /// The line contains the values of the condition's terms.
  public static func line(
    of subject: Subject, _ condition: Formula, _ terms: [Formula], at time: Timestamp
  ) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("time", time.text)
      writer.member("source", subject.path)
      writer.member("when", condition.text)
      writer.key("values")
      writer.array { writer in
        for term in terms { EvidenceJSON(term, subject.measure(term)).write(to: &writer) }
      }
    }
  }
}
