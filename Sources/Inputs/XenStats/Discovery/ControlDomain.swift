public import LinuxSystem

/// Whether this is a host of Xen, seen from the domain that controls it.
public enum ControlDomain {
  /// Nil where it is; else why not.
  ///
  /// Source: `/proc/xen/capabilities` of xenfs, which has `control_d` in that domain; where xenfs is
  /// not mounted, whether there is `/dev/xen/privcmd`.
  public static func absence(_ roots: SystemRoots) -> String? {
    let path = "\(roots.proc)/xen/capabilities"
    do throws(SystemError) {
      let text = try readText(path, limit: 4096)
      if text.split(whereSeparator: { !$0.isLetter && $0 != "_" }).contains("control_d") {
        return nil
      }
      if !text.isEmpty { return "\(path) has no control_d: this is no dom0" }
      return "\(path) is empty: this is a guest of Xen, not its dom0"
    } catch {
      let device = privcmd(roots)
      if (try? FileStatus(device)) != nil { return nil }
      return "this is no dom0 of Xen: there is neither \(path) nor \(device)"
    }
  }

  /// The kernel's way to the hypervisor.
  static func privcmd(_ roots: SystemRoots) -> String { "\(roots.dev)/xen/privcmd" }
}
