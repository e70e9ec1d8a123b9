import StatsChecks

/// The rules of the KVM binary statistics format.
package enum StatsFileRule: String, CheckRule {
  case header = "I2"
  case id = "I3"
  case idText = "I4"
  case descriptorsExist = "I5"
  case blocksFollowHeader = "I6"
  case descriptorsBeforeData = "I7"
  case descriptorBlock = "I8"
  case nameNUL = "I9"
  case knownCodes = "I10"
  case exponents = "I11"
  case valuesExist = "I12"
  case bucketSizes = "I13"
  case dataBeforeDescriptors = "I15"
  case dataSize = "I16"
  case dataBlock = "I17"
  case singleValues = "I18"
  case alignment = "V1"
  case disjointValues = "V2"
  case uniqueNames = "V3"
  case booleans = "V4"
  case monotonicValues = "V5"

  package var text: String {
    switch self {
    case .header: "the header can be read completely"
    case .id: "the id can be read completely"
    case .idText: "the id begins with 'kvm' and contains a NUL"
    case .descriptorsExist: "the file has descriptors"
    case .blocksFollowHeader: "descriptors and data follow the header"
    case .descriptorsBeforeData: "descriptors do not extend into the data that follow them"
    case .descriptorBlock: "the descriptor block can be read completely"
    case .nameNUL: "every name contains a NUL"
    case .knownCodes: "kinds, units and bases are those of Linux 7.2"
    case .exponents: "exponents match their units"
    case .valuesExist: "every statistic has a value"
    case .bucketSizes: "linear histograms, and no other kinds, have a bucket size"
    case .dataBeforeDescriptors: "data do not extend into the descriptors that follow them"
    case .dataSize: "the data have at least 8 bytes for each statistic"
    case .dataBlock: "the data block can be read completely"
    case .singleValues: "the value of every statistic can be read separately"
    case .alignment: "the offset of every value is a multiple of 8 bytes"
    case .disjointValues: "no two values share bytes"
    case .uniqueNames: "names are unique"
    case .booleans: "a boolean is 0 or 1"
    case .monotonicValues: "values that can only grow do not fall between two reads"
    }
  }
}
