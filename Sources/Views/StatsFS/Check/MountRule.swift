/// What a live statistics filesystem is held to.
enum MountRule: Int, CaseIterable, Hashable, Sendable {
  case answers = 1
  case names
  case directories
  case files
  case refusals
  case sizes
  case texts
  case values
  case rereading
  case bytes
  case binaryFormat
  case binaryNames
  case binaryValues
  case schema
  case schemaHash
  case schemaPoll
  case table
  case facts
  case permitted
  case steady
  case metrics

  /// The number that stays the same, such as `F7`.
  var number: String { "F\(rawValue)" }

  /// What must hold.
  var text: String {
    switch self {
    case .answers: "the mount answers"
    case .names: "a name stands once in a directory, and only the mount's own begin with a dot"
    case .directories: "who may list a directory may enter it, and only its owner could write it"
    case .files: "files are 0444, or 0644 where a statistic can begin again"
    case .refusals: "a file that is 0444 cannot be opened for writing"
    case .sizes: "a file has as many bytes as its size says"
    case .texts: "a value is a number, '-', a state's name, or lines of ascending bounds and counts"
    case .values: ".values has the statistics of its directory, as they have files"
    case .rereading: "pread at 0 of a kept descriptor gives the whole text anew"
    case .bytes: "a text that is read byte by byte is one value"
    case .binaryFormat: ".binary keeps the rules of KVM statistics"
    case .binaryNames: ".binary has the path as its id, and a descriptor for each file"
    case .binaryValues: ".binary and the texts say the same"
    case .schema: ".schema is JSON, and of a group has the statistics that have files"
    case .schemaHash: ".schema has the same hash when it is read again"
    case .schemaPoll: "poll does not say readable of a .schema that was read and has not changed"
    case .table: ".table is a table of Vitals that keeps its rules"
    case .facts: ".status begins with a word, and .labels has a name and a label in each line"
    case .permitted: "whoever checks may read all that is listed"
    case .steady: "what is listed stays while it is read"
    case .metrics: ".metrics has four files for each statistic, and its lines have their fields"
    }
  }
}
