import Glibc
import LinuxSystem

extension FuseMount {
  /// Has `fusermount3` mount, which passes the connection back through a socket: that of its
  /// descriptors which `_FUSE_COMMFD` names.
  static func mount(
    _ path: String, _ options: FuseMountOptions, by program: String
  ) throws(FuseMountError) -> FuseDevice {
    let reason: String
    do throws(SystemError) {
      let answer = try ask(program, for: path, options)
      if let device = answer.device { return device }
      reason = answer.reason
    } catch {
      reason = error.description
    }
    throw .programFailed(program, directory: path, reason: reason)
  }

  /// The connection, or what the program says of its failure.
  private static func ask(
    _ program: String, for path: String, _ options: FuseMountOptions
  ) throws(SystemError) -> (device: FuseDevice?, reason: String) {
    let errors = try Pipe()
    let ends = try SocketPair(.stream)
    let words = "fsname=\(options.name),subtype=\(options.name),\(options.common)"
    let process = try ChildProcess(
      executable: program, arguments: ["-o", words, "--", path], output: ends.second,
      errors: errors.writer.rawValue, variables: ["_FUSE_COMMFD=1"])
    // Then the program's end is the end of the stream.
    let socket = UnixSocket(owning: ends.closeSecond())
    let said = errors.closeWriter()
    guard socket.waitForInput(milliseconds: 10_000) else {
      return (nil, "it did not answer within 10 s")
    }
    let message = try socket.receive(limit: 16)
    process.waitForEnd(milliseconds: 5_000)
    for number in message.descriptors.dropFirst() { close(number) }
    if let number = message.descriptors.first {
      return (FuseDevice(owning: Descriptor(owning: number)), "")
    }
    var text = [UInt8](repeating: 0, count: 1024)
    let count = said.waitForInput(milliseconds: 0) ? try said.read(into: &text) : 0
    let line = String(decoding: text[..<count], as: UTF8.self).split(separator: "\n").first
    return (nil, line.map(String.init) ?? "it gave no reason")
  }
}
