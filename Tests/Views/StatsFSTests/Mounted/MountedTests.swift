import Testing

/// Tests with real mounts, in sequence, because they count the descriptors of this process.
@Suite(.serialized, .enabled(if: MountDirectory.canMount, "filesystems cannot be mounted here"))
enum MountedTests {}
