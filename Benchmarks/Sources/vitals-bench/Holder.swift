import Glibc
import LinuxSystem

/// A `guest-holder` process with vCPUs that never run; it ends with this object.
final class Holder {
  let process: ChildProcess
  /// The reading end of the pipe that the process writes to.
  private let output: Descriptor

  /// Starts the process and waits up to 30 s until its VMs exist.
  init(_ path: String?, vcpus: Int, fleet: Int? = nil) throws {
    guard let path else { throw MissingRequirementError("no --holder PATH") }
    raiseDescriptorLimit()
    let pipe = try Pipe()
    var arguments = ["--payload", "created", "--vcpus", "\(vcpus)", "-name", "bench"]
    if let fleet { arguments += ["--fleet", "\(fleet)"] }
    process = try ChildProcess(executable: path, arguments: arguments, output: pipe.writer)
    output = pipe.closeWriter()
    guard output.waitForInput(milliseconds: 30_000) else {
      throw SystemError(call: "wait for", object: path, code: ETIMEDOUT)
    }
    var line = [UInt8](repeating: 0, count: 4_096)
    let text = String(decoding: line[..<(try output.read(into: &line))], as: UTF8.self)
    guard text.hasPrefix("ready") else { throw MissingRequirementError("guest-holder: \(text)") }
  }

  /// Returns the ids of the vCPU threads.
  func vcpuThreads() throws -> [Int32] {
    let tasks = "/proc/\(process.pid)/task"
    return try directoryEntries(tasks).filter {
      (try? readText("\(tasks)/\($0)/comm"))?.hasPrefix("CPU ") == true
    }.compactMap { Int32($0) }
  }
}
