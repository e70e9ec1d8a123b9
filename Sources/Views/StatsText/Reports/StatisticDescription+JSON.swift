internal import Statistics
internal import StatsFormats
internal import StatsKnowledge

extension StatisticDescription {
  /// Returns descriptions as a JSON document in the format that `docs/json.md` describes.
  public static func json(of descriptions: [StatisticDescription]) -> [UInt8] {
    JSONWriter.document { writer in
      writer.key("descriptions")
      writer.array { writer in
        for description in descriptions { description.write(to: &writer) }
      }
    }
  }

  private func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("name", fullName)
      if let function {
        writer.member("of", name)
        writer.member("function", function.rawValue)
      }
      writer.key("forms")
      writer.array { writer in
        for form in forms {
          writer.object { writer in
            writer.key("schema")
            writer.schema(of: form.statistic)
            writer.texts("at", form.places)
          }
        }
      }
      writer.key("meanings")
      writer.array { writer in
        for meaning in meanings { write(meaning, to: &writer) }
      }
    }
  }

  private func write(_ meaning: Meaning, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.texts("architectures", meaning.architectures)
      writer.member("meaning", meaning.meaning)
      writer.member("moves", meaning.moves)
      writer.member("high", meaning.high)
      writer.texts("see", meaning.related)
    }
  }
}
