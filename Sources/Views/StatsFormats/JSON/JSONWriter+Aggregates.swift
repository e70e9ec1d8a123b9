internal import Statistics
package import StatsTree

extension JSONWriter {
  /// Writes the provenances (access methods) of an aggregate's members and the number of members by
  /// status.
  package mutating func members(_ members: Members, _ provenances: [Provenance]) {
    key("provenances")
    array { writer in
      for provenance in provenances { writer.value(provenance.description) }
    }
    key("members")
    object { writer in
      let counts = [
        ("count", members.count), ("up", members.upCount), ("stale", members.staleCount),
        ("denied", members.deniedCount), ("gone", members.goneCount),
        ("departed", members.departedCount),
      ]
      for (name, count) in counts {
        writer.key(name)
        writer.value(Int128(count))
      }
    }
  }

  /// Writes the number of members by state, such as `{"no":5,"yes":3}`.
  ///
  /// A state without members has the count 0. The name `(unknown)` is written only if a member has
  /// a value without a name.
  mutating func counts(_ counts: [UInt64]?, of stateCounts: StateCounts) {
    guard let counts else {
      null()
      return
    }
    object { writer in
      for (index, (name, count)) in zip(stateCounts.names, counts).enumerated()
      where stateCounts.isFlag || index + 1 < counts.count || count > 0 {
        writer.key(name)
        writer.value(count)
      }
    }
  }

  /// Writes the part of an aggregate's sums that comes from departed members (members that no
  /// longer exist), if there are such members.
  mutating func departed(_ names: [[UInt8]], _ sampler: Sampler, _ entry: Plan.Entry) {
    guard let members = sampler.members(of: entry), members.departedCount > 0 else { return }
    key("departed")
    object { writer in
      for index in entry.shown {
        let statistic = entry.group.schema.statistics[index]
        if statistic.kind.isHistogram {
          guard let rest = sampler.retainedHistogram(index, of: entry) else { continue }
          writer.key(written: names[index])
          writer.object { $0.members(of: rest) }
        } else if let word = sampler.retained(index, of: entry) {
          writer.key(written: names[index])
          writer.value(Level(word, of: statistic).value)
        }
      }
    }
  }
}
