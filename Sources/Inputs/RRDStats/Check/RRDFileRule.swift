import StatsChecks

/// The rules of a file of xcp-rrdd's protocol V2.
package enum RRDFileRule: String, CheckRule {
  case magic = "R1"
  case contentsWithinFile = "R2"
  case dataChecksum = "R3"
  case metadataChecksum = "R4"
  case timestamp = "R5"
  case permissions = "R6"
  case metadata = "R7"
  case sourceCount = "R8"
  case uniqueNames = "R9"
  case constantMetadata = "R10"
  case bounds = "R11"
  case numbers = "R12"
  case gauges = "R13"

  package var text: String {
    switch self {
    case .magic: "the file has the magic of protocol V2 and a plausible number of data sources"
    case .contentsWithinFile: "the values and the metadata are within the file"
    case .dataChecksum: "the checksum of timestamp and values matches"
    case .metadataChecksum: "the checksum of the metadata matches"
    case .timestamp: "the timestamp is in this century and not in the future"
    case .permissions: "only the owner can write the file"
    case .metadata: "the metadata is valid"
    case .sourceCount: "header and metadata have the same number of data sources"
    case .uniqueNames: "the names of the data sources are unique"
    case .constantMetadata: "the metadata contains no values, which would change its checksum"
    case .bounds: "no minimum exceeds its maximum"
    case .numbers: "a value is a finite number, or NaN if it is missing"
    case .gauges: "the value of a gauge is within its bounds"
    }
  }
}
