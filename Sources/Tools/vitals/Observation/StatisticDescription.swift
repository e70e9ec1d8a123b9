import Statistics
import StatsKnowledge

/// All that is known of a statistic's name.
struct StatisticDescription {
  /// As its source spells it.
  let name: String
  /// What an aggregate makes of it, where that was asked for.
  let function: FoldFunction?
  let forms: [KnownStatistics.Form]
  let meanings: [Meaning]

  /// The name that was asked for: `exits`, `exits.max`.
  var fullName: String { function.map { "\(name).\($0.rawValue)" } ?? name }

  /// One line: the name and the first sentence.
  func line(width: Int) -> String {
    let own = forms.lazy.map(\.statistic.meaning).first { !$0.isEmpty }
    let words =
      (meanings.first?.meaning ?? own).map { Paragraph.firstSentence(of: $0) } ?? schemaWords
    let start = fullName + String(repeating: " ", count: max(1, 28 - fullName.count))
    return start + Paragraph.cut(words, to: max(20, width - start.count))
  }

  private var schemaWords: String {
    guard let form = forms.first else { return "" }
    return "(no words yet) \(form.statistic.kind), in \(Self.unit(of: form.statistic))"
  }

  /// The full description, wrapped to a width.
  func text(width: Int) -> String {
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
        facts += ", flags 0x\(String(statistic.reservedFlags, radix: 16))"
      }
      if !statistic.states.isEmpty {
        facts += ", one of \(statistic.states.joined(separator: ", "))"
      }
      facts += "; \(statistic.stability.rawValue), \(statistic.cost.rawValue)"
      text += Paragraph.labelled("here", facts, width: width)
      text += Paragraph.labelled("at", form.places.joined(separator: ", "), width: width)
      // What the publisher says of its own statistic.
      if !statistic.meaning.isEmpty {
        text += Paragraph.labelled("meaning", statistic.meaning, width: width)
      }
    }
    if forms.isEmpty {
      text += Paragraph.labelled("here", "not on this host now", width: width)
    }
    if meanings.isEmpty, forms.allSatisfy(\.statistic.meaning.isEmpty) {
      text += Paragraph.labelled(
        "meaning", "there are no words for it yet; the schema above is all that is known",
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

  /// The unit with its scale in words: `10^-9 seconds`.
  static func unit(of statistic: Statistic) -> String {
    let unit = statistic.unit == .none ? "counts" : "\(statistic.unit)"
    return statistic.scale.exponent == 0 ? unit : "\(statistic.scale) \(unit)"
  }
}

/// Text set to a width.
enum Paragraph {
  /// A label in a column of its own, and the text beside it.
  static func labelled(_ label: String, _ text: String, width: Int) -> String {
    let column = 10
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.count + 1 + word.count <= max(20, width - column - 2) {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    let pad = String(repeating: " ", count: column - label.count)
    let indent = String(repeating: " ", count: column + 2)
    return "  \(label)\(pad)" + lines.joined(separator: "\n" + indent) + "\n"
  }

  static func firstSentence(of text: String) -> String {
    guard let end = text.firstRange(of: ". ") else { return text }
    return text[..<end.lowerBound] + "."
  }

  static func cut(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(width - 3) + "..."
  }
}
