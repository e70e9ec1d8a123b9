import StatsChecks

/// The rules of KVM statistics descriptors that only a calibration VM can test.
package enum CalibrationRule: String, CheckRule {
  case descriptorsExist = "I1"
  case closing = "I19"
  case copies = "I20"
  case severalDescriptors = "I21"
  case lifetime = "I22"

  package var text: String {
    switch self {
    case .descriptorsExist: "KVM has statistics descriptors"
    case .closing: "a closed descriptor is closed"
    case .copies: "a copy of a descriptor remains readable after the first is closed"
    case .severalDescriptors: "a vCPU provides several statistics descriptors"
    case .lifetime: "statistics are readable after the descriptors of the VM are closed"
    }
  }
}
