import StatsChecks

/// The rules of a mounted statistics filesystem.
package enum MountRule: String, CheckRule {
  case answers = "F1"
  case names = "F2"
  case directories = "F3"
  case files = "F4"
  case readOnly = "F5"
  case sizes = "F6"
  case texts = "F7"
  case values = "F8"
  case rereading = "F9"
  case bytes = "F10"
  case binaryFormat = "F11"
  case binaryNames = "F12"
  case binaryValues = "F13"
  case schema = "F14"
  case schemaHash = "F15"
  case schemaPoll = "F16"
  case table = "F17"
  case facts = "F18"
  case readable = "F19"
  case unchanged = "F20"
  case metrics = "F21"

  package var text: String {
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
