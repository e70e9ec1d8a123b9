public import FUSE
import LinuxSystem
import Statistics
public import StatsChecks

/// Checks a mounted statistics filesystem as its readers see it: `vitals check DIR`.
///
/// `MountRule` lists the rules. The caller provides the checks of `.binary` and `.table`. The check
/// writes nothing. During the check, values might change and sources might be removed. Any user can
/// run the check, because files without read permission are counted and are not a failure.
public struct MountCheck: Sendable {
  private let mount: MountedFileSystem
  private let directory: String
  private let object: String
  private let formats: MountFormats
  private let quietMilliseconds: Int

  /// Creates a check of a directory of a mount.
  ///
  /// - Parameters:
  ///   - mount: The mount.
  ///   - directory: The directory of the mount to check, together with everything below this
  ///     directory.
  ///   - object: The name of the mount in the findings.
  ///   - formats: The checks of the contents of files.
  ///   - quietMilliseconds: The duration of the test with poll(2). For this time, poll(2) must not
  ///     report a `.schema` that was read and has not changed.
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

  /// Runs all checks that are possible on the mount.
  ///
  /// A server that does not answer for two seconds violates rule F1. The thread that waits for the
  /// server remains until the process exits.
  public func run() -> [Finding] {
    let progress = MountProgress()
    let work = self
    do throws(SystemError) {
      _ = try SystemThread(name: "mount check", stackSize: 4 << 20) {
        progress.finish(work.runAllChecks(progress))
      }
    } catch {
      return Self.unanswered("\(error)", object)
    }
    let (findings, step) = progress.wait(milliseconds: MountPlace.timeoutMilliseconds)
    return findings ?? Self.findings(ofUnresponsive: object, duringStep: step)
  }

  /// Returns the findings for a mount whose server did not answer: rule F1 fails, and the other
  /// rules are skipped.
  public static func findings(ofUnresponsive object: String, duringStep step: String) -> [Finding] {
    unanswered(
      "no answer within \(MountPlace.timeoutMilliseconds) ms to \(step); is its server stopped?",
      object)
  }

  /// Runs all checks.
  ///
  /// Call this on a separate thread, because the function might never return.
  private func runAllChecks(_ progress: MountProgress) -> [Finding] {
    do throws(SystemError) {
      progress.step("statfs \(directory)")
      try probeFileSystem(directory)
      var walk = MountWalk(
        mount: mount.directory, formats, progress, quietMilliseconds: quietMilliseconds)
      walk.log.check(.answers, nil)
      try walk.check(directory)
      return walk.log.findings(object)
    } catch {
      return Self.unanswered(
        "\(error); 'vitals mount' removes the mount of a killed server", object)
    }
  }

  private static func unanswered(_ reason: String, _ object: String) -> [Finding] {
    var log = MountLog()
    log.check(.answers, reason)
    for rule in MountRule.allCases { log.skip(rule, "the mount does not answer") }
    return log.findings(object).filter { $0.outcome != .pass }
  }
}
