import LinuxSystem
import Statistics
import StatsTesting
import StatsTree

/// A fault of a backing.
enum Fault: String, CaseIterable {
  case none
  /// Values of 8 to 32 bits lose their sign, or all values lose the bits above bit 31.
  case losesSign, keepsLow32Bits
  /// Fields are swapped; a boolean is any byte; both fields of one name are the second.
  case swapsFields, readsBytes, readsLastOfName
  /// A record has the values of another record or of another time.
  case readsFirstRecord, readsOnce, givesTokensAgain
  /// An ended record has zeros or extremes, or continues; or the next record ends, too.
  case endsInZeros, endsInExtremes, neverEnds, endsNeighbours
  /// Records are neither finished nor failed.
  case isSilent
  /// Clearing affects nothing, all records, all fields or levels, or fails after it cleared.
  case clearsNothing, clearsAllRecords, clearsAllFields, clearsLevels, clearsAndRefuses
  /// The schema has truncated names, or lacks kinds or units.
  case cutsNames, losesKinds, losesUnits
  /// Counts fall at times.
  case fallsBack
  /// Records cannot be created or changed.
  case refusesRecords, refusesChanges
}

struct FaultError: Error {}

/// Records of a backing with one fault.
struct FaultySource: RecordSource {
  let fault: Fault
  var isClearable = true

  func makeRecords(_ fields: [ConformanceField]) -> (any ConformanceRecords)? {
    FaultyRecords(fields, fault, isClearable: isClearable)
  }
}

private final class FaultyRecords: ConformanceRecords, Backing {
  let schema: Schema
  let isClearable: Bool
  private let fault: Fault
  private let fields: [ConformanceField]
  /// `nil` if the record has ended.
  private var records: [[UInt64]?] = []
  private var first: [Int: [UInt64]] = [:]
  private var passes: UInt64 = 0

  var backing: any Backing { self }

  init(_ fields: [ConformanceField], _ fault: Fault, isClearable: Bool) {
    self.fields = fields
    self.fault = fault
    self.isClearable = isClearable
    schema = Schema(
      packing: fields.map { field in
        var statistic = field.statistic
        switch fault {
        case .cutsNames: statistic.name = String(statistic.name.prefix(99))
        case .losesKinds: statistic.kind = .instant
        case .losesUnits: statistic.unit = .none
        default: break
        }
        return statistic
      })
  }

  func add(_ values: [UInt64]) throws -> Int {
    if fault == .refusesRecords { throw FaultError() }
    if fault == .givesTokensAgain, let free = records.firstIndex(of: nil) {
      records[free] = values
      return free
    }
    records.append(values)
    return records.count - 1
  }

  func set(_ token: Int, _ values: [UInt64]) throws {
    if fault == .refusesChanges { throw FaultError() }
    records[token] = values
  }

  func end(_ token: Int) {
    switch fault {
    case .neverEnds: break
    case .endsInZeros: records[token] = fields.map { _ in 0 }
    case .endsInExtremes: records[token] = fields.map { _ in UInt64(bitPattern: .max) }
    case .endsNeighbours:
      records[token] = nil
      if token + 1 < records.count { records[token + 1] = nil }
    default: records[token] = nil
    }
  }

  func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    passes += 1
    let window = Window(begin: monotonicNanoseconds(), end: monotonicNanoseconds())
    for placement in placements where fault != .isSilent {
      let token = fault == .readsFirstRecord ? 0 : placement.token
      guard let words = records[token].map({ self.words($0, token) }) else {
        snapshot.fail(placement, .gone)
        continue
      }
      snapshot.fill(placement) { record in
        for index in record.indices { record[index] = words[index] }
      }
      snapshot.finish(placement, window)
    }
  }

  private func words(_ record: [UInt64], _ token: Int) -> [UInt64] {
    switch fault {
    case .losesSign:
      return zip(record, fields).map { word, field in
        field.width.byteCount == 8 ? word : word & (1 << (8 * UInt64(field.width.byteCount)) - 1)
      }
    case .keepsLow32Bits: return record.map { $0 & 0xffff_ffff }
    case .swapsFields: return record.reversed()
    case .readsBytes:
      return zip(record, fields).map { $1.width == .bool && $0 == 1 ? 0xff : $0 }
    case .readsLastOfName:
      return zip(record, fields).map { word, field in
        fields.lastIndex { $0.name == field.name }.map { record[$0] } ?? word
      }
    case .readsOnce:
      if let known = first[token] { return known }
      first[token] = record
      return record
    case .fallsBack:
      return zip(record, fields).map { $1.kind == .cumulative ? $0 &- passes % 3 : $0 }
    default: return record
    }
  }

  func clear(_ token: Int, _ statistic: Statistic) -> Clearing {
    guard let index = schema.statistics.firstIndex(of: statistic) else { return .notPermitted }
    let isLevel = fields[index].kind != .cumulative
    if isLevel { return clearLevel(token, index) }
    guard isClearable else {
      if fault == .clearsAndRefuses { records[token]?[index] = 0 }
      return .notPermitted
    }
    switch fault {
    case .clearsNothing: break
    case .clearsAllRecords: for token in records.indices { records[token]?[index] = 0 }
    case .clearsAllFields: records[token] = records[token]?.map { _ in 0 }
    default: records[token]?[index] = 0
    }
    return .cleared
  }

  private func clearLevel(_ token: Int, _ index: Int) -> Clearing {
    guard fault == .clearsLevels else { return .notPermitted }
    records[token]?[index] = 0
    return .cleared
  }
}
