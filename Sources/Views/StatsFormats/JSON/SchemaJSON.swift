import Statistics
public import StatsKnowledge
public import StatsTree

/// What the statistics of sources mean, as JSON documents of one line.
///
/// Their members are those of `docs/io.vitals.schema.varlink`, to which others may be added. What is
/// said of a group can be decoded as a `Schema`.
public struct SchemaJSON: Sendable {
  private let meanings: Meanings

  /// - Parameter meanings: what statistics mean that do not say it themselves.
  public init(_ meanings: Meanings = .builtIn) {
    self.meanings = meanings
  }

  /// What a group's statistics are.
  public func document(of group: Group) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("name", group.name)
      writer.head(of: group)
      writer.key("statistics")
      writer.array { writer in
        for index in group.schema.statistics.indices { self.statistic(index, group, &writer) }
      }
    }
    writer.endLine()
    return writer.bytes
  }

  /// What is known of a source, its groups and what is below it.
  ///
  /// - Parameters:
  ///   - source: the source.
  ///   - groups: its groups that are shown, each with the name that it has in the view.
  ///   - sources: the names of those below it that are shown.
  /// - Returns: the document, with a newline.
  public func document(
    of source: Source, groups: [(name: String, group: Group)], sources: [String]
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("path", source.path)
      writer.member("created", "\(source.created)")
      if let owner = source.owner {
        writer.key("owner")
        writer.value(UInt64(owner))
      }
      writer.texts("keys", source.keys)
      writer.texts("labels", source.labels)
      writer.key("sources")
      writer.array { writer in for name in sources { writer.value(name) } }
      writer.key("groups")
      writer.array { writer in
        for (name, group) in groups {
          writer.object { writer in
            writer.member("directory", name)
            writer.member("name", group.name)
            writer.head(of: group)
          }
        }
      }
    }
    writer.endLine()
    return writer.bytes
  }

  private func statistic(_ index: Int, _ group: Group, _ writer: inout JSONWriter) {
    let statistic = group.schema.statistics[index]
    writer.object { writer in
      writer.member("name", statistic.name)
      writer.member("kind", statistic.kind.description)
      writer.member("unit", statistic.unit.description)
      writer.member("base", statistic.scale.base.description)
      writer.member("exponent", Int(statistic.scale.exponent))
      writer.member("size", statistic.size)
      writer.member("offset", statistic.offset)
      writer.member("bucketSize", Int(statistic.bucketSize))
      writer.key("signed")
      writer.value(statistic.isSigned)
      if !statistic.states.isEmpty {
        writer.key("states")
        writer.array { writer in for state in statistic.states { writer.value(state) } }
      }
      writer.member("stability", statistic.stability.rawValue)
      writer.member("cost", statistic.cost.rawValue)
      writer.member("reservedFlags", Int(statistic.reservedFlags))
      var name = statistic.name
      if let form = group.aggregation?.form {
        let origin = form.origin(of: index)
        name = form.source.statistics[origin.statistic].name
        if let function = origin.function { writer.member("function", function.rawValue) }
      }
      let meaning = meanings.text(of: statistic, name)
      if !meaning.isEmpty { writer.member("meaning", meaning) }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func head(of group: Group) {
    member("provenance", group.provenance.description)
    member("hash", group.schema.hashText)
    member("words", group.schema.wordCount)
  }

  fileprivate mutating func member(_ name: String, _ number: Int) {
    key(name)
    value(Int128(number))
  }

  fileprivate mutating func texts(_ name: String, _ texts: [String: String]) {
    key(name)
    object { writer in
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) { writer.member(name, text) }
    }
  }
}
