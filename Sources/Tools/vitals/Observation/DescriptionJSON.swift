import Statistics
import StatsKnowledge

/// Descriptions of statistics as JSON.
enum DescriptionJSON {
  static func text(of descriptions: [StatisticDescription]) throws -> String {
    try JSONText.of(descriptions.map(Entry.init))
  }

  private struct Entry: Encodable {
    let name: String
    /// Only of what an aggregate makes of a statistic: which one, and how.
    let of: String?
    let function: String?
    let forms: [Form]
    let meanings: [Words]

    init(_ description: StatisticDescription) {
      name = description.fullName
      of = description.function == nil ? nil : description.name
      function = description.function?.rawValue
      forms = description.forms.map { Form(schema: $0.statistic, at: $0.places) }
      meanings = description.meanings.map { Words($0) }
    }
  }

  private struct Form: Encodable {
    let schema: Statistic
    let at: [String]
  }

  private struct Words: Encodable {
    let architectures: [String]
    let meaning: String
    let moves: String
    let high: String
    let see: [String]

    init(_ meaning: Meaning) {
      architectures = meaning.architectures
      self.meaning = meaning.meaning
      moves = meaning.moves
      high = meaning.high
      see = meaning.related
    }
  }
}
