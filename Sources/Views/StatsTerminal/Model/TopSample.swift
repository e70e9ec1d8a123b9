import Statistics
internal import StatsFormats
internal import StatsTree

/// Stores the values of all views in one sample, in a compact form for the history.
struct TopSample {
  let layout: TopLayout
  let timestamp: Timestamp
  /// The values of each view, in the order of `TopLayout.tables`.
  let parts: [Part]

  struct Part {
    /// The values, row by row.
    var values: [Float] = []
    var notes: [TopFootnotes] = []
    var causes: [TopLeadingCauses] = []
    var statuses: [RowStatus] = []
  }

  /// The status of a row, in one byte.
  enum RowStatus: UInt8 {
    case up
    case stale
    case denied
    case gone
    case pending

    init(_ status: Status) {
      self =
        switch status {
        case .up: .up
        case .stale: .stale
        case .denied: .denied
        case .gone: .gone
        case .pending: .pending
        }
    }

    var text: String {
      switch self {
      case .up: "up"
      case .stale: "stale"
      case .denied: "denied"
      case .gone: "gone"
      case .pending: "pending"
      }
    }
  }

  /// Creates a sample from the sampler's last sample.
  init(_ layout: TopLayout, _ sampler: Sampler, at timestamp: Timestamp) {
    self.layout = layout
    self.timestamp = timestamp
    parts = layout.tables.map { Self.part(of: $0, sampler) }
  }

  private static func part(of table: TopLayout.Table, _ sampler: Sampler) -> Part {
    var part = Part()
    let count = table.rows.count * table.columns.count
    part.values.reserveCapacity(count)
    part.notes.reserveCapacity(count)
    part.causes.reserveCapacity(table.rows.count)
    part.statuses.reserveCapacity(table.rows.count)
    // The loop uses indices, because copying a row would change its reference counts.
    for row in table.rows.indices {
      let start = part.values.count
      for column in table.columns.indices {
        let cell = table.rows[row].cells[column]?.value(sampler) ?? .none
        part.values.append(cell.value)
        part.notes.append(cell.notes)
      }
      let whole = table.wholeColumn.map { part.values[start + $0] } ?? .nan
      let causes =
        whole > 0
        ? table.rows[row].causes?.leading(sampler, whole: TopValue(value: whole)) : nil
      part.causes.append(causes ?? .none)
      part.statuses.append(RowStatus(status(of: row, in: table, sampler)))
    }
    return part
  }

  /// Returns the status of a row's source or, if the source is up, the status of the first group
  /// that is not up.
  ///
  /// The result is `up` if the source and all groups are up.
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

  /// Returns the value in a row and column of a view.
  func value(_ view: Int, row: Int, column: Int) -> TopValue {
    let index = row * layout.tables[view].columns.count + column
    return TopValue(value: parts[view].values[index], notes: parts[view].notes[index])
  }

  /// The approximate size in memory, in bytes.
  var byteCount: Int {
    parts.reduce(0) { $0 + $1.values.count * 5 + $1.statuses.count * 5 + 128 }
  }
}
