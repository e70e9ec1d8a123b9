public import LinuxSystem

/// Detects whether this system is the control domain (dom0) of a Xen host.
public enum ControlDomain {
  /// Returns the reason why this system is not dom0, or `nil` if it is dom0.
  ///
  /// In dom0, `/proc/xen/capabilities` of xenfs contains `control_d`. If xenfs is not mounted, the
  /// system is dom0 if `/dev/xen/privcmd` exists.
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

  /// The device through which the kernel forwards calls to the hypervisor.
  static func privcmd(_ roots: SystemRoots) -> String { "\(roots.dev)/xen/privcmd" }
}
