import ArgumentParser
import LinuxSystem
import StatsTree

/// A user, given by name or by user ID.
struct OwnerArgument {
  let viewer: Viewer

  init(_ text: String) throws {
    if let number = UInt32(text) {
      viewer = .user(number)
      return
    }
    guard let number = userID(named: text) else {
      throw ValidationError("unknown user '\(text)'")
    }
    viewer = .user(number)
  }
}
