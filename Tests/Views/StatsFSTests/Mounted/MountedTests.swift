import Testing

/// Real mounts, one after the other: they count the descriptors of this process.
@Suite(.serialized, .enabled(if: MountDirectory.canMount, "filesystems cannot be mounted here"))
enum MountedTests {}
