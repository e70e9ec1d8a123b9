public import FUSE
import LinuxSystem
import Statistics
public import StatsChecks

/// Checks a mounted statistics filesystem as those have it who read it: `vitals check DIR`.
///
/// Nothing is written. Its rules are F1 to F21; the contents of `.binary` and `.table` are checked by
/// others, whom the caller names. Values may move and sources go meanwhile. Any user can check: what
/// they may not read is counted, and no failure.
public struct MountCheck: Sendable {
  private let mount: MountedFileSystem
  private let directory: String
  private let object: String
  private let formats: MountFormats
  private let quietMilliseconds: Int

  /// Will check a directory of a mount.
  ///
  /// - Parameters:
  ///   - mount: the mount.
  ///   - directory: a directory of it, which is checked with all below.
  ///   - object: how the findings name it.
  ///   - formats: who checks the contents of files.
  ///   - quietMilliseconds: how long a `.schema` that was read must not be readable.
  public init(
    _ mount: MountedFileSystem, _ directory: String, object: String, formats: MountFormats,
    quietMilliseconds: Int = 500
  ) {
    self.quietMilliseconds = quietMilliseconds
    self.mount = mount
    self.directory = directory
    self.object = object
    self.formats = formats
  }

  /// Runs all checks that the mount lets be run.
  ///
  /// A server that does not answer for two seconds fails F1, and nobody waits for it: the thread
  /// that does ends with the process.
  public func run() -> [Finding] {
    let progress = MountProgress()
    let work = self
    do throws(SystemError) {
      _ = try SystemThread(name: "mount check", stackSize: 4 << 20) {
        progress.finish(work.look(progress))
      }
    } catch {
      return Self.unanswered("\(error)", object)
    }
    let (findings, step) = progress.wait(milliseconds: MountPlace.patience)
    return findings ?? Self.findings(ofSilent: object, asked: step)
  }

  /// What is found of a mount whose server did not answer: F1 fails, and nothing else is tried.
  public static func findings(ofSilent object: String, asked step: String) -> [Finding] {
    unanswered(
      "no answer within \(MountPlace.patience) ms to \(step); is its server stopped?", object)
  }

  /// Looks at everything: on a thread that may wait for ever.
  private func look(_ progress: MountProgress) -> [Finding] {
    do throws(SystemError) {
      progress.step("statfs \(directory)")
      try askFileSystem(directory)
      var walk = MountWalk(
        mount: mount.directory, formats, progress, quietMilliseconds: quietMilliseconds)
      walk.log.check(.answers, nil)
      try walk.check(directory)
      return walk.log.findings(object)
    } catch {
      return Self.unanswered(
        "\(error); 'vitals mount' cleans up what a killed server left", object)
    }
  }

  private static func unanswered(_ reason: String, _ object: String) -> [Finding] {
    var log = MountLog()
    log.check(.answers, reason)
    for rule in MountRule.allCases { log.skip(rule, "the mount does not answer") }
    return log.findings(object).filter { $0.outcome != .pass }
  }
}
