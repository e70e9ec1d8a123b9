import Glibc
import LinuxSystem

extension FuseMount {
  /// Mounts by means of `fusermount3`.
  ///
  /// The program sends the connection through a socket. The variable `_FUSE_COMMFD` contains the
  /// number of the program's descriptor of this socket.
  static func mount(
    _ path: String, _ options: FuseMountOptions, by program: String
  ) throws(FuseMountError) -> FuseDevice {
    let reason: String
    do throws(SystemError) {
      let answer = try run(program, for: path, options)
      if let device = answer.device { return device }
      reason = answer.reason
    } catch {
      reason = error.description
    }
    throw .programFailed(program, directory: path, reason: reason)
  }

  /// Runs the program, and returns the connection or the first line of the program's error output.
  private static func run(
    _ program: String, for path: String, _ options: FuseMountOptions
  ) throws(SystemError) -> (device: FuseDevice?, reason: String) {
    let errors = try Pipe()
    let ends = try SocketPair(.stream)
    let mountOptions = "fsname=\(options.name),subtype=\(options.name),\(options.sharedOptions)"
    let process = try ChildProcess(
      executable: program, arguments: ["-o", mountOptions, "--", path], output: ends.second,
      errors: errors.writer.rawValue, variables: ["_FUSE_COMMFD=1"])
    // After this, only the program has the second socket, so the exit of the program ends the
    // stream.
    let socket = UnixSocket(owning: ends.closeSecond())
    let errorOutput = errors.closeWriter()
    guard socket.waitForInput(milliseconds: 10_000) else {
      return (nil, "no answer within 10 s")
    }
    let message = try socket.receive(limit: 16)
    process.waitForExit(milliseconds: 5_000)
    for number in message.descriptors.dropFirst() { close(number) }
    if let number = message.descriptors.first {
      return (FuseDevice(owning: Descriptor(owning: number)), "")
    }
    var text = [UInt8](repeating: 0, count: 1024)
    let count = errorOutput.waitForInput(milliseconds: 0) ? try errorOutput.read(into: &text) : 0
    let line = String(decoding: text[..<count], as: UTF8.self).split(separator: "\n").first
    return (nil, line.map(String.init) ?? "no error message")
  }
}
