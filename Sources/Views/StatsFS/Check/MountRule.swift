/// The rules of a mounted statistics filesystem: identifiers and texts.
///
/// The raw values are the numbers in the identifiers. They never change.
enum MountRule: Int, CaseIterable, Hashable, Sendable {
  case answers = 1
  case names = 2
  case directories = 3
  case files = 4
  case readOnly = 5
  case sizes = 6
  case texts = 7
  case values = 8
  case rereading = 9
  case bytes = 10
  case binaryFormat = 11
  case binaryNames = 12
  case binaryValues = 13
  case schema = 14
  case schemaHash = 15
  case schemaPoll = 16
  case table = 17
  case facts = 18
  case readable = 19
  case unchanged = 20
  case metrics = 21

  /// The identifier in findings, such as `F7`.
  var id: String { "F\(rawValue)" }

  /// The condition that must hold.
  var text: String {
    switch self {
    case .answers: "the mount answers requests"
    case .names: "names are unique in a directory; only the mount's own names begin with a dot"
    case .directories: "a directory that can be listed can be entered; only its owner can write it"
    case .files: "files have mode 0444, or 0644 if their statistic can be cleared"
    case .readOnly: "a file with mode 0444 cannot be opened for writing"
    case .sizes: "the size of a file is the number of its bytes"
    case .texts: "a value is a number, '-', the name of a state, or lines with ascending bounds"
    case .values: ".values contains exactly the statistics that have files in its directory"
    case .rereading: "pread at offset 0 of an open descriptor returns the complete text again"
    case .bytes: "a text that is read byte by byte is one value"
    case .binaryFormat: ".binary conforms to the rules of KVM statistics"
    case .binaryNames: ".binary has the path as its id, and a descriptor for each file"
    case .binaryValues: ".binary and the text files have the same values"
    case .schema: ".schema is JSON; that of a group lists the statistics that have files"
    case .schemaHash: ".schema has the same hash when it is read again"
    case .schemaPoll: "poll does not report a .schema that was read and has not changed"
    case .table: ".table is a valid shared table"
    case .facts: ".status begins with a word; each line of .labels has a name and a label"
    case .readable: "all listed files are readable"
    case .unchanged: "all listed files exist until they are read"
    case .metrics: ".metrics has four files for each statistic, and each line has all fields"
    }
  }
}
