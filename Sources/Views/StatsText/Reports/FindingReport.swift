public import StatsChecks
internal import StatsFormats

/// Writes the findings of `vitals check` as text, JSON or JUnit XML.
public struct FindingReport {
  private let findings: [Finding]

  public init(findings: [Finding]) {
    self.findings = findings
  }

  public var failedCount: Int {
    findings.count {
      if case .fail = $0.outcome { true } else { false }
    }
  }

  var skippedCount: Int {
    findings.count {
      if case .skip = $0.outcome { true } else { false }
    }
  }

  private var passedCount: Int { findings.count - failedCount - skippedCount }

  /// Returns one line for each checked object.
  ///
  /// One line for each failed or skipped rule follows the line of its object. The last line has the
  /// totals.
  ///
  /// If `all` is set, passed rules also have a line.
  public func text(all: Bool) -> String {
    var text = ""
    var objects: [String] = []
    for finding in findings where !objects.contains(finding.object) {
      objects.append(finding.object)
    }
    for object in objects {
      let own = findings.filter { $0.object == object }
      let failed = FindingReport(findings: own).failedCount
      let skipped = FindingReport(findings: own).skippedCount
      text += failed > 0 ? "FAIL  " : own.count == skipped ? "skip  " : "pass  "
      text += "\(object): \(own.count - failed - skipped) of \(own.count) rules"
      text += skipped > 0 ? ", \(skipped) skipped\n" : "\n"
      for finding in own {
        switch finding.outcome {
        case .pass:
          if all { text += "      pass  \(finding.check)  \(finding.rule)\n" }
        case .fail(let reason):
          text += "      FAIL  \(finding.check)  \(finding.rule): \(reason)\n"
        case .skip(let reason):
          text += "      skip  \(finding.check)  \(finding.rule): \(reason)\n"
        }
      }
    }
    return text + "\(passedCount) passed, \(failedCount) failed, \(skippedCount) skipped\n"
  }

  /// Returns a JSON document in the format that `docs/json.md` describes.
  public func json() -> [UInt8] {
    JSONWriter.document { writer in
      writer.key("findings")
      writer.array { writer in
        for finding in findings {
          writer.object { writer in
            writer.member("check", finding.check)
            writer.member("rule", finding.rule)
            writer.member("object", finding.object)
            writer.member("outcome", finding.outcome.word)
            if let reason = finding.outcome.reason { writer.member("reason", reason) }
          }
        }
      }
    }
  }

  /// Returns JUnit XML for build servers.
  ///
  /// The XML contains a test suite with one test case for each finding.
  public func junit() -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuite name=\"vitals check\" tests=\"\(findings.count)\""
    text += " failures=\"\(failedCount)\" skipped=\"\(skippedCount)\">\n"
    for finding in findings {
      text += "  <testcase classname=\"\(xml(finding.object))\""
      text += " name=\"\(xml("\(finding.check) \(finding.rule)"))\""
      switch finding.outcome {
      case .pass: text += "/>\n"
      case .fail(let reason):
        text += "><failure message=\"\(xml(reason))\"/></testcase>\n"
      case .skip(let reason):
        text += "><skipped message=\"\(xml(reason))\"/></testcase>\n"
      }
    }
    return text + "</testsuite>\n"
  }

  private func xml(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // XML 1.0 does not allow most control characters.
      case _ where scalar.value < 0x20: result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Finding.Outcome {
  /// The outcome as a word: `pass`, `fail` or `skip`.
  var word: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .skip: "skip"
    }
  }

  var reason: String? {
    switch self {
    case .pass: nil
    case .fail(let reason), .skip(let reason): reason
    }
  }
}
