public import Statistics
public import StatsKnowledge

/// One definition of a statistic in the schemas, and the groups whose schemas contain this
/// definition.
public struct StatisticForm {
  public let statistic: Statistic
  /// The places of the groups: paths with placeholders, each with the name of a group, such as
  /// `kvm/<vm> (kvm)`.
  public var places: [String]

  public init(statistic: Statistic, places: [String]) {
    self.statistic = statistic
    self.places = places
  }
}

/// Collects and formats everything that is known about the name of a statistic.
public struct StatisticDescription {
  /// The name as the source of the statistic spells the name.
  let name: String
  /// The function of an aggregate, if the user asked for a function; nil otherwise.
  let function: AggregateFunction?
  let forms: [StatisticForm]
  let meanings: [Meaning]

  public init(
    name: String, function: AggregateFunction?, forms: [StatisticForm], meanings: [Meaning]
  ) {
    self.name = name
    self.function = function
    self.forms = forms
    self.meanings = meanings
  }

  /// The name that the user asked for, such as `exits` or `exits.max`.
  var fullName: String { function.map { "\(name).\($0.rawValue)" } ?? name }

  /// Returns one line: the name and the first sentence of the meaning.
  public func line(width: Int) -> String {
    let own = forms.lazy.map(\.statistic.meaning).first { !$0.isEmpty }
    let words =
      (meanings.first?.meaning ?? own).map { Paragraph.firstSentence(of: $0) } ?? schemaWords
    let start = fullName + String(repeating: " ", count: max(1, 28 - fullName.count))
    return start + Paragraph.cut(words, to: max(20, width - start.count))
  }

  private var schemaWords: String {
    guard let form = forms.first else { return "" }
    return "(no description) \(form.statistic.kind), in \(Self.unit(of: form.statistic))"
  }

  /// Returns the full description, wrapped to a width.
  public func text(width: Int) -> String {
    var text = fullName + "\n"
    if let function {
      text += Paragraph.labelled("is", function.words(for: name), width: width)
    }
    for form in forms {
      let statistic = form.statistic
      var facts = "\(statistic.kind), in \(Self.unit(of: statistic))"
      if statistic.size != 1 { facts += ", \(statistic.size) buckets" }
      if statistic.bucketSize != 0 { facts += " of \(statistic.bucketSize)" }
      if statistic.reservedFlags != 0 {
        facts += ", flags 0x\(statistic.reservedFlags.hexadecimal())"
      }
      if !statistic.states.isEmpty {
        facts += ", one of \(statistic.states.joined(separator: ", "))"
      }
      facts += "; \(statistic.stability.rawValue), \(statistic.cost.rawValue)"
      text += Paragraph.labelled("here", facts, width: width)
      text += Paragraph.labelled("at", form.places.joined(separator: ", "), width: width)
      if !statistic.meaning.isEmpty {
        text += Paragraph.labelled("meaning", statistic.meaning, width: width)
      }
    }
    if forms.isEmpty {
      text += Paragraph.labelled("here", "not present on this host", width: width)
    }
    if meanings.isEmpty, forms.allSatisfy(\.statistic.meaning.isEmpty) {
      text += Paragraph.labelled(
        "meaning", "no description yet; only the schema above is known",
        width: width)
    }
    for meaning in meanings {
      if !meaning.architectures.isEmpty {
        text += Paragraph.labelled(
          "on", meaning.architectures.joined(separator: ", "), width: width)
      }
      text += Paragraph.labelled("meaning", meaning.meaning, width: width)
      if !meaning.moves.isEmpty {
        text += Paragraph.labelled("moves", meaning.moves, width: width)
      }
      if !meaning.high.isEmpty {
        text += Paragraph.labelled("if high", meaning.high, width: width)
      }
      if !meaning.related.isEmpty {
        text += Paragraph.labelled("see", meaning.related.joined(separator: ", "), width: width)
      }
    }
    return text
  }

  /// Returns the unit with its scale, such as `10^-9 seconds`.
  static func unit(of statistic: Statistic) -> String {
    let unit = statistic.unit == .none ? "counts" : "\(statistic.unit)"
    return statistic.scale.exponent == 0 ? unit : "\(statistic.scale) \(unit)"
  }
}
