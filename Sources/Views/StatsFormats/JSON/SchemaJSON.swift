package import Statistics
public import StatsKnowledge
public import StatsTree

/// Writes descriptions of sources and their statistics as JSON documents of one line.
///
/// `docs/io.vitals.schema.varlink` defines the JSON members. Later versions of the format might add
/// members. The document of a group can be decoded as a `Schema`.
public struct SchemaJSON: Sendable {
  private let meanings: Meanings

  /// - Parameter meanings: The descriptions of statistics whose schema contains no description.
  public init(meanings: Meanings) {
    self.meanings = meanings
  }

  /// Describes the statistics of a group.
  ///
  /// - Returns: The document, with a newline.
  public func document(of group: Group) -> [UInt8] {
    JSONWriter.document { writer in
      writer.member("name", group.name)
      writer.head(of: group)
      writer.key("statistics")
      writer.array { writer in
        for index in group.schema.statistics.indices { self.statistic(index, group, &writer) }
      }
    }
  }

  /// Describes a source, its groups and its children.
  ///
  /// - Parameters:
  ///   - source: The source.
  ///   - groups: The visible groups, each with the name of its directory in the view.
  ///   - sources: The names of the visible child sources.
  /// - Returns: The document, with a newline.
  public func document(
    of source: Source, groups: [(name: String, group: Group)], sources: [String]
  ) -> [UInt8] {
    JSONWriter.document { writer in
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
  }

  private func statistic(_ index: Int, _ group: Group, _ writer: inout JSONWriter) {
    let statistic = group.schema.statistics[index]
    writer.object { writer in
      writer.members(of: statistic)
      var name = statistic.name
      if let aggregate = group.aggregation?.definition {
        let origin = aggregate.origin(of: index)
        name = aggregate.members.statistics[origin.statistic].name
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

  package mutating func texts(_ name: String, _ texts: [String: String]) {
    key(name)
    object { writer in
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) { writer.member(name, text) }
    }
  }
}

extension JSONWriter {
  /// Writes a statistic as a JSON object, in the same format as in the documents of groups.
  package mutating func schema(of statistic: Statistic) {
    object { writer in writer.members(of: statistic) }
  }

  fileprivate mutating func members(of statistic: Statistic) {
    member("name", statistic.name)
    member("kind", statistic.kind.description)
    member("unit", statistic.unit.description)
    member("base", statistic.scale.base.description)
    member("exponent", Int(statistic.scale.exponent))
    member("size", statistic.size)
    member("offset", statistic.offset)
    member("bucket_size", Int(statistic.bucketSize))
    key("signed")
    value(statistic.isSigned)
    if !statistic.states.isEmpty { texts("states", statistic.states) }
    member("stability", statistic.stability.rawValue)
    member("cost", statistic.cost.rawValue)
    member("reserved_flags", Int(statistic.reservedFlags))
  }
}
