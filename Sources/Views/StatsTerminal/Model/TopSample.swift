internal import StatsFormats
internal import StatsTree

/// The figures of all views at one moment, small enough to keep.
struct TopSample {
  let layout: TopLayout
  let moment: Timestamp
  /// Of each view.
  let parts: [Part]

  struct Part {
    /// Row by row.
    var values: [Float] = []
    var notes: [TopNotes] = []
    var leads: [TopLeadingCauses] = []
    var statuses: [SourceVisibility] = []
  }

  /// The state of a row in a byte.
  enum SourceVisibility: UInt8 {
    case up
    case stale
    case denied
    case gone

    init(_ status: Status) {
      self =
        switch status {
        case .up: .up
        case .stale: .stale
        case .denied: .denied
        case .gone: .gone
        }
    }

    var text: String {
      switch self {
      case .up: "up"
      case .stale: "stale"
      case .denied: "denied"
      case .gone: "gone"
      }
    }
  }

  /// The figures of a sampler's last pass.
  init(_ layout: TopLayout, _ sampler: Sampler, at moment: Timestamp) {
    self.layout = layout
    self.moment = moment
    parts = layout.tables.map { Self.part(of: $0, sampler) }
  }

  private static func part(of table: TopLayout.Table, _ sampler: Sampler) -> Part {
    var part = Part()
    let count = table.rows.count * table.columns.count
    part.values.reserveCapacity(count)
    part.notes.reserveCapacity(count)
    part.leads.reserveCapacity(table.rows.count)
    part.statuses.reserveCapacity(table.rows.count)
    // By index: a copy of a row counts the references in it.
    for row in table.rows.indices {
      let start = part.values.count
      for column in table.columns.indices {
        let figure = table.rows[row].cells[column]?.figure(sampler) ?? .none
        part.values.append(figure.value)
        part.notes.append(figure.notes)
      }
      let whole = table.wholeColumn.map { part.values[start + $0] } ?? .nan
      let lead =
        whole > 0
        ? table.rows[row].causes?.leading(sampler, whole: TopValue(value: whole)) : nil
      part.leads.append(lead ?? .none)
      part.statuses.append(SourceVisibility(status(of: row, in: table, sampler)))
    }
    return part
  }

  /// The status of a row's source, or where it is up that of the first group that is not.
  static func status(
    of row: Int, in table: TopLayout.Table, _ sampler: Sampler
  ) -> Status {
    let own = table.rows[row].source.status
    guard own == .up else { return own }
    for index in table.rows[row].placements.indices {
      let status = sampler.status(at: table.rows[row].placements[index])
      if status != .up { return status }
    }
    return .up
  }

  /// A figure of a view.
  func figure(_ view: Int, row: Int, column: Int) -> TopValue {
    let index = row * layout.tables[view].columns.count + column
    return TopValue(value: parts[view].values[index], notes: parts[view].notes[index])
  }

  /// About how much memory its figures take.
  var byteCount: Int {
    parts.reduce(0) { $0 + $1.values.count * 5 + $1.statuses.count * 5 + 128 }
  }
}
