/// The defects of a statistics filesystem.
enum MountDefect: String, CaseIterable, Sendable {
  case none
  case nameTwice, foreignDot
  case openDirectory, unenterableDirectory
  case writableLevel, strangeMode, writableOwn
  case opensForWriting
  case longSize
  case noNewline, word, descendingBounds, signedWord
  case missingLine, foreignLine
  case readsOnce
  case movesBetweenBytes
  case bucketSize, cutBinary
  case foreignID, foreignDescriptors
  case otherNumber, otherCount
  case noJSON, foreignStatistic, missingStatistic
  case movingHash
  case alwaysReadable
  case noTable, badTable
  case emptyStatus, nakedLabel
  case missingMetricFile, shortMetricLine, metricWord

  /// The rules that it violates; the first is the one that it tests.
  var rules: [String] {
    switch self {
    case .none: []
    case .nameTwice, .foreignDot: ["F2"]
    case .openDirectory, .unenterableDirectory: ["F3"]
    case .writableLevel, .strangeMode, .writableOwn: ["F4"]
    case .opensForWriting: ["F5"]
    case .longSize: ["F6"]
    case .noNewline, .word, .descendingBounds, .signedWord: ["F7", "F9", "F10"]
    case .missingLine, .foreignLine: ["F8"]
    case .readsOnce: ["F9"]
    case .movesBetweenBytes: ["F10"]
    case .bucketSize, .cutBinary: ["F11"]
    case .foreignID, .foreignDescriptors: ["F12"]
    case .otherNumber, .otherCount: ["F13"]
    case .noJSON, .foreignStatistic, .missingStatistic: ["F14"]
    case .movingHash: ["F15"]
    case .alwaysReadable: ["F16"]
    case .noTable, .badTable: ["F17"]
    case .emptyStatus, .nakedLabel: ["F18"]
    case .missingMetricFile, .shortMetricLine, .metricWord: ["F21"]
    }
  }
}
